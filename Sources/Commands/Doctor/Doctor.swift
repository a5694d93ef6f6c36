import ArgumentParser

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what works on this host, what doesn't, and what to do.",
        discussion: "Exits with 69 when something that tcptune needs is missing.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let features = FeatureChecks()
        let findings =
            HostChecks().findings() + features.findings() + StateChecks().findings()
        output.print(
            json: .object([
                "findings": .array(findings.map(\.json)), "features": features.json,
            ])
        ) {
            findings.map(\.line).joined()
        }
        if findings.contains(where: { $0.level == .failure }) {
            throw ExitCode(Failure.Code.unsupported)
        }
    }
}
