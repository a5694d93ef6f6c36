import Foundation
import Testing

@testable import Lab

@Suite struct ScenarioTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let traces = TraceFiles(
        directories: [root.appending(path: "benchmarks/traces").path])
    private static let files: [URL] =
        (try? FileManager.default.contentsOfDirectory(
            at: root.appending(path: "benchmarks/scenarios"), includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }) ?? []

    private let catalog = ScenarioCatalog(traces: traces)

    @Test func allAreBuiltIn() throws {
        let names = Self.files.map { $0.deletingPathExtension().lastPathComponent }.sorted()
        #expect(names.count >= 15)
        #expect(catalog.list().map(\.name) == names)
    }

    @Test(arguments: files)
    func saysWhatItShows(file: URL) throws {
        let scenario = try catalog.find(file.path)
        #expect(scenario.name == file.deletingPathExtension().lastPathComponent)
        #expect(!scenario.description.isEmpty)
        #expect(!scenario.source.isEmpty)
        #expect(!scenario.expectation.isEmpty)
        let text = try String(contentsOf: file, encoding: .utf8)
        for heading in ["# For whom: ", "# Why: "] {
            #expect(text.contains(heading))
        }
    }

    /// Short enough to be run often, and often enough that a difference in all blocks is a finding:
    /// with fewer than nine of them a sign-flip test's p-value is at least 1/128, which a correction
    /// for seven metrics leaves above 0.05.
    @Test(arguments: files)
    func takesMinutes(file: URL) throws {
        let scenario = try catalog.find(file.path)
        func runs(_ repeats: Int) -> Int {
            RunPlan(scenario.design, repeats: repeats, seed: 1, calibrates: false).runs.count
        }
        #expect(scenario.duration <= 30)
        #expect(Double(runs(1)) * scenario.duration < 180)
        #expect(Double(runs(scenario.repeats)) * scenario.duration <= 900)
        #expect(scenario.repeats >= 9)
    }

    @Test func someHaveEachDesign() throws {
        let designs = try catalog.list().map { try $0.scenario.get().design }
        for design in Scenario.Design.allCases {
            #expect(designs.contains(design))
        }
    }

    @Test func unknownNamesGetASuggestion() {
        #expect(refusal { try catalog.find("wan-claen") }.contains("did you mean 'wan-clean'?"))
    }

    @Test(arguments: [
        ("kind: Scenario", "kind: Profile", "2:7: kind 'Profile' is no scenario"),
        ("name: bad", "name: Bad Name", "4:9: metadata.name is the text 'Bad Name'"),
        ("40ms", "40sm", "6:9: "),
        ("50Mbit", "trace nowhere.down", "6:9: "),
        ("  link: 50Mbit rtt 40ms\n", "", "6:3: missing key 'link' in spec"),
        ("bulk:20s", "bulk:20s,flow=4", "7:13: "),
        ("repeats: 5", "repeats: 0", "8:12: spec.repeats: '0' is out of range"),
        ("repeats: 5", "repeats: many", "8:12: spec.repeats is the text 'many'"),
        ("repeats: 5", "design: parallel", "8:11: spec.design is the text 'parallel'"),
        ("repeats: 5", "hosts: [0us, 40]", "8:16: spec.hosts[1]: '40' has no unit"),
        ("repeats: 5", "warmUp: 20s", "8:11: the warm-up is as long as the workload"),
        ("repeats: 5", "colour: red", "8:3: unknown key 'colour' in spec"),
    ])
    func badFilesAreRefusedAtThePlace(good: String, bad: String, message: String) {
        let text = Self.text.replacing(good, with: bad)
        #expect(text != Self.text)
        #expect(refusal { try parse(text) }.hasPrefix("bad.yaml:\(message)"))
    }

    @Test func allThatIsWrongIsSaid() {
        let text = Self.text.replacing("40ms", with: "40sm").replacing(": 5", with: ": many")
        let message = refusal { try parse(text) }
        #expect(message.contains("bad.yaml:6:9: "))
        #expect(message.contains("bad.yaml:8:12: "))
    }

    private static let text = """
        apiVersion: tcptune.dev/v1
        kind: Scenario
        metadata:
          name: bad
        spec:
          link: 50Mbit rtt 40ms
          workload: bulk:20s
          repeats: 5
        """

    private func parse(_ text: String) throws -> Scenario {
        try ScenarioParser.parse(text, file: "bad.yaml", traces: Self.traces)
    }

    private func refusal(
        _ make: () throws -> Scenario, sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        do {
            _ = try make()
            Issue.record("was accepted", sourceLocation: sourceLocation)
            return ""
        } catch {
            return "\(error)"
        }
    }
}
