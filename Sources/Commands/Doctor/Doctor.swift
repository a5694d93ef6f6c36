import ArgumentParser

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what works on this host, what doesn't, and what to do.",
        discussion: "Exits with 69 when something that tcptune needs is missing.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let findings = HostChecks().findings() + StateChecks().findings()
        output.print(json: .array(findings.map(\.json))) {
            findings.map(\.line).joined()
        }
        if findings.contains(where: { $0.level == .failure }) {
            throw ExitCode(Failure.Code.unsupported)
        }
    }
}
