/// The report's style sheet, on the colours of the charts'.
enum ReportStyle {
    static let css: StaticString = """
        *{box-sizing:border-box}
        html{color-scheme:light dark;-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0 auto;max-width:832px;padding:40px 16px 64px;background:var(--plot-paper);\
        color:var(--plot-text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
        h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:0 0 16px}
        h2{font-size:20px;line-height:1.3;font-weight:650;margin:0 0 16px}
        h3{font-size:15px;font-weight:600;margin:32px 0 8px}
        p{margin:0 0 12px}
        section{margin-top:56px}
        .kicker{font-size:14px;color:var(--plot-muted);margin:0 0 4px}
        .lead{font-size:19px;line-height:1.5;margin:0 0 20px}
        .note,figcaption,.caption{font-size:14px;color:var(--plot-muted);line-height:1.5}
        .caption{margin:0 0 6px}
        .warning{border-left:3px solid var(--plot-5);padding:2px 0 2px 12px}
        .p1{--ink:var(--plot-1)}.p2{--ink:var(--plot-2)}
        .mark{color:var(--ink);margin-right:.35em;font-size:.85em}
        small{display:block;font-size:12px;line-height:1.4;color:var(--plot-muted);font-weight:400}
        .facts{margin:0;font-size:14px}
        .facts div{display:grid;grid-template-columns:120px 1fr;gap:16px;padding:5px 0;\
        border-top:1px solid var(--plot-grid)}
        .facts div:last-child{border-bottom:1px solid var(--plot-grid)}
        .facts dt{color:var(--plot-muted)}.facts dd{margin:0}
        .environment div{grid-template-columns:220px 1fr}
        .scroll{overflow-x:auto;margin-bottom:12px}
        table{overflow-wrap:normal;border-collapse:collapse;width:100%;font-size:14px;line-height:1.4;\
        font-variant-numeric:tabular-nums}
        th,td{text-align:left;vertical-align:top;padding:8px 16px 8px 0;\
        border-top:1px solid var(--plot-grid)}
        th:last-child,td:last-child{padding-right:0}
        thead th{border-top:0;color:var(--plot-muted);font-weight:500;vertical-align:bottom}
        thead .number{white-space:normal;overflow-wrap:anywhere}
        tbody th{font-weight:500}
        tbody tr:last-child>*{border-bottom:1px solid var(--plot-grid)}
        .number{text-align:right;white-space:nowrap}
        .better{--ink:var(--plot-3)}.worse{--ink:var(--plot-5)}
        .equivalent,.inconclusive,.none{--ink:var(--plot-muted)}
        .verdict{min-width:120px}
        .better .word,.worse .word{color:var(--ink);font-weight:600}
        .none .word{color:var(--plot-muted)}
        figure{margin:32px 0 0}figure h3{margin:0 0 8px}
        figcaption{margin-top:10px}
        .plot{display:block;width:100%;height:auto}
        .narrow{display:none}
        .pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 32px}
        pre{margin:0;padding:12px 14px;overflow-x:auto;background:var(--plot-shade);\
        border-radius:6px;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,\
        "Liberation Mono",monospace;overflow-wrap:normal}
        .command{white-space:pre-wrap;overflow-wrap:anywhere}
        @media (max-width:640px){
        body{padding-top:24px}h1{font-size:25px}.lead{font-size:17px}section{margin-top:44px}
        .wide{display:none}.narrow{display:block}
        .pair{grid-template-columns:minmax(0,1fr)}
        .facts div,.environment div{grid-template-columns:minmax(0,1fr);gap:0}
        .metrics,.metrics tbody{display:block}.metrics thead{display:none}
        .metrics tr{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:6px 16px;padding:12px 0;\
        border-top:1px solid var(--plot-grid)}
        .metrics tbody tr>*,.metrics tbody tr:last-child>*{border:0;padding:0;text-align:left;white-space:normal;\
        overflow-wrap:anywhere}
        .metrics .verdict{grid-row:1;grid-column:2;text-align:right}
        .metrics [data-label]::before{content:attr(data-label);display:block;font-size:12px;\
        color:var(--plot-muted);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
        }
        @media print{body{max-width:none;padding:0;font-size:11pt}section{margin-top:28pt}
        figure,tr,.facts div{break-inside:avoid}h2,h3{break-after:avoid}
        pre{white-space:pre-wrap}.scroll{overflow:visible}
        .scroll .number{white-space:normal;padding-right:8px}}
        """
}
