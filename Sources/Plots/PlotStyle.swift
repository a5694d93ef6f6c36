/// The charts' style sheet: once in a document.
package enum PlotStyle {
    /// Blue and orange can be told apart by everyone, and differ in lightness for grey prints. A
    /// page that defines the same properties changes them.
    package static let css: StaticString = """
        :root{--plot-1:#1d4f9f;--plot-2:#d1690a;--plot-3:#1c7458;--plot-4:#7b4fa0;\
        --plot-5:#b3261e;--plot-text:#1b1f24;--plot-muted:#5b6470;--plot-grid:#e3e6ea;\
        --plot-shade:#eef0f3;--plot-paper:#fff}
        @media screen and (prefers-color-scheme:dark){:root{--plot-1:#7fb0ff;--plot-2:#ffb454;\
        --plot-3:#62d0ae;--plot-4:#c9a3ee;--plot-5:#ff8a80;--plot-text:#e6e9ee;\
        --plot-muted:#9aa4b2;--plot-grid:#2b323c;--plot-shade:#1f252d;--plot-paper:#14181d}}
        .plot{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;\
        font-variant-numeric:tabular-nums;fill:var(--plot-text)}
        .plot .p1{--ink:var(--plot-1)}.plot .p2{--ink:var(--plot-2)}.plot .p3{--ink:var(--plot-3)}
        .plot .p4{--ink:var(--plot-4)}.plot .p5{--ink:var(--plot-5)}
        .plot .muted{fill:var(--plot-muted)}.plot .end{text-anchor:end}
        .plot .middle{text-anchor:middle}
        .plot .line{fill:none;stroke:var(--ink);stroke-width:1.5;stroke-linejoin:round}
        .plot .thin{stroke-width:1;stroke-opacity:.75}
        .plot .area{fill:var(--ink);fill-opacity:.16}.plot .solid{fill:var(--ink)}
        .plot .layer{fill:var(--ink);fill-opacity:.8;stroke:var(--plot-paper);stroke-width:.5}
        .plot .dot{fill:var(--ink);fill-opacity:.55}
        .plot .hollow{fill:var(--plot-paper);stroke:var(--ink);stroke-width:1.5}
        .plot .grid{stroke:var(--plot-grid);fill:none}.plot .base{stroke:var(--plot-muted);fill:none}
        .plot .shade{fill:var(--plot-shade)}.plot .paper{fill:var(--plot-paper)}
        .plot .reference{stroke:var(--plot-text);fill:none;stroke-dasharray:3 3}
        .plot .neutral{--ink:var(--plot-muted)}
        """
}
