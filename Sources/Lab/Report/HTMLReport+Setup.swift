import Plots

extension HTMLReport {
    /// All it takes to do it again, and where it was done.
    func writeSetup(_ main: inout Markup) {
        Self.section("How it was made", &main) { section in
            section.element("dl", ["class": "facts"]) { list in
                for (name, value) in ReportFacts(data).all where !value.isEmpty {
                    Self.write(name, value, to: &list)
                }
            }
            section.element("h3", text: "The command that repeats it")
            section.element("pre", ["class": "command"]) { pre in
                pre.element("code", text: data.manifest.command)
            }
            section.element("h3", text: "Profiles")
            section.element("div", ["class": "pair"]) { pair in
                for (arm, profile) in [
                    (ArmKey.a, data.manifest.a.profile), (.b, data.manifest.b.profile),
                ] {
                    pair.element("div") { column in
                        column.element("p", ["class": "caption"]) { writeArm(arm, &$0) }
                        Self.writeCode(profile, &column)
                    }
                }
            }
            guard !data.manifest.environment.isEmpty else { return }
            section.element("h3", text: "Environment")
            section.element("dl", ["class": "facts environment"]) { list in
                for (name, value) in data.manifest.environment.sorted(by: { $0.key < $1.key }) {
                    Self.write(name, value, to: &list)
                }
            }
        }
    }

    /// In a box of its own; focusable, so that it can be scrolled without a mouse.
    private static func writeCode(_ text: String, _ markup: inout Markup) {
        markup.element("pre", ["tabindex": "0"]) { $0.element("code", text: text) }
    }
}
