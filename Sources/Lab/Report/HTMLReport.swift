import Plots

/// A benchmark's result as one HTML file that needs nothing else: no scripts, no fonts, no network.
///
/// It is well-formed XML too, so that it can be checked by any parser.
struct HTMLReport {
    let data: ReportData
    let conclusion: Conclusion
    let example: ExampleBlock?

    /// The whole file.
    static func render(_ data: ReportData, _ example: ExampleBlock?) -> String {
        HTMLReport(data: data, conclusion: Conclusion(data), example: example).page
    }

    private var page: String {
        var page = Markup()
        page.element("html", ["lang": "en"]) { html in
            html.element("head") { writeHead(&$0) }
            html.element("body") { body in
                body.element("header") { writeHeader(&$0) }
                body.element("main") { main in
                    writeMetrics(&main)
                    writeMix(&main)
                    writeScatter(&main)
                    writeTimes(&main)
                    writeDistributions(&main)
                    writeCalibration(&main)
                    writeDisturbances(&main)
                    writeSetup(&main)
                }
            }
        }
        return "<!DOCTYPE html>\n\(page.text)\n"
    }

    private func writeHead(_ head: inout Markup) {
        head.empty("meta", ["charset": "utf-8"])
        head.empty(
            "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        // Whatever a name in the results says, nothing is fetched and nothing runs.
        head.empty(
            "meta",
            [
                "http-equiv": "Content-Security-Policy",
                "content": "default-src 'none'; style-src 'unsafe-inline'",
            ])
        head.empty("meta", ["name": "color-scheme", "content": "light dark"])
        head.element(
            "title", text: "\(data.names.b) against \(data.names.a): \(data.manifest.scenario)")
        head.element("style") { style in
            style.write(verbatim: PlotStyle.css)
            style.write(verbatim: ReportStyle.css)
        }
    }

    private func writeHeader(_ header: inout Markup) {
        header.element("p", ["class": "kicker"], text: data.manifest.scenario)
        header.element("h1") { heading in
            writeArm(.b, &heading)
            heading.write(text: " against ")
            writeArm(.a, &heading)
        }
        header.element("p", ["class": "lead"], text: Digits.typographic(conclusion.sentence))
        for sentence in conclusion.details {
            header.element("p", text: Digits.typographic(sentence))
        }
        for warning in conclusion.warnings {
            header.element("p", ["class": "warning"], text: Digits.typographic(warning))
        }
        if !data.manifest.description.isEmpty {
            header.element("p", text: data.manifest.description)
        }
        header.element("dl", ["class": "facts"]) { list in
            for (name, value) in ReportFacts(data).all.prefix(4) where !value.isEmpty {
                Self.write(name, value, to: &list)
            }
        }
    }

    /// An arm's marker and name.
    func writeArm(_ arm: ArmKey, _ markup: inout Markup) {
        markup.element("span", ["class": "arm \(arm.ink.rawValue)"]) { span in
            span.element("span", ["class": "mark", "aria-hidden": "true"], text: arm.symbol)
            span.element("bdi", text: data.name(arm))
        }
    }

    static func write(_ name: String, _ value: String, to list: inout Markup) {
        list.element("div") { row in
            row.element("dt", text: name)
            row.element("dd", text: value)
        }
    }

    /// A section with a heading.
    static func section(
        _ title: String, _ markup: inout Markup, _ content: (inout Markup) -> Void
    ) {
        markup.element("section") { section in
            section.element("h2", text: title)
            content(&section)
        }
    }

    /// A chart twice, for wide and for narrow screens: text in a chart that is scaled down can't be
    /// read. Only one is shown, to screen readers too.
    static func writeResponsive(_ markup: inout Markup, _ chart: (Double) -> Markup) {
        markup.element("div", ["class": "wide"]) { $0.write(chart(wideWidth)) }
        markup.element("div", ["class": "narrow"]) { $0.write(chart(narrowWidth)) }
    }

    static let wideWidth = 720.0
    static let narrowWidth = 340.0
}

extension ArmKey {
    /// Throughout the report.
    var ink: Ink { self == .a ? .first : .second }
    /// The ink's marker as a character.
    var symbol: String { self == .a ? "\u{25CF}" : "\u{25C6}" }
}
