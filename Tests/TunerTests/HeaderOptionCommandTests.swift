import Foundation
import Profiles
import TestSupport
import Testing

extension KernelSuites {
    /// `tcptune option`, as people and scripts see it.
    @Suite final class HeaderOptionCommandTests {
        private let binary: String
        private let cgroup: TemporaryCgroup

        init() throws {
            try KernelTest.require()
            binary = try #require(KillTests.binary)
            cgroup = try TemporaryCgroup()
        }

        private func json(_ arguments: String...) throws -> Any {
            let text = try Command.check([binary, "option"] + arguments + ["--output", "json"])
            return try JSONSerialization.jsonObject(with: Data(text.utf8))
        }

        /// Where a type is in use in this test's cgroup, by profile.
        private func uses(_ type: HeaderOptionType) throws -> [String] {
            let list = try #require(try json("list") as? [[String: Any]])
            let entry = try #require(list.first { $0["type"] as? String == type.rawValue })
            let uses = try #require(entry["uses"] as? [[String: String]])
            return uses.filter { cgroup.path.string.hasSuffix($0["cgroup"] ?? "-") }
                .compactMap { $0["profile"] }
        }

        @Test func everyTypeIsListed() throws {
            let list = try #require(try json("list") as? [[String: Any]])
            #expect(
                list.compactMap { $0["type"] as? String }
                    == HeaderOptionType.allCases.map(\.rawValue))
            let table = try Command.check([binary, "option", "list"]).split(separator: "\n")
            #expect(table.count >= 1 + HeaderOptionType.allCases.count)
            for (line, type) in zip(table.dropFirst(), HeaderOptionType.allCases) {
                #expect(line.hasPrefix(type.rawValue + " ") && line.contains(type.summary))
            }
        }

        @Test func profilesInForceAreNamed() throws {
            let target = ["--cgroup", cgroup.path.string]
            #expect(try uses(.telemetry) == [])
            _ = try Command.check([binary, "apply", "telemetry"] + target)
            defer { _ = try? Command.run([binary, "detach"] + target) }
            #expect(try uses(.telemetry) == ["telemetry"])
            #expect(try uses(.identity) == ["telemetry"])
            #expect(try uses(.raw) == [])
            let shown = try Command.check([binary, "option", "show", "identity"])
            #expect(shown.contains("in use: telemetry on /"))
            _ = try Command.check([binary, "detach"] + target)
            #expect(try uses(.telemetry) == [])
        }

        @Test(arguments: HeaderOptionType.allCases)
        func oneIsShownInFull(type: HeaderOptionType) throws {
            let text = try Command.check([binary, "option", "show", type.rawValue])
            for field in type.layouts.flatMap(\.fields) { #expect(text.contains(field.meaning)) }
            for key in type.documentedKeys { #expect(text.contains(key.values)) }
            #expect(text.hasSuffix("headerOptions:\n  - \(type.example)\n"))
            let shown = try #require(try json("show", type.rawValue) as? [String: Any])
            let keys = try #require(shown["keys"] as? [[String: Any]])
            #expect(keys.compactMap { $0["name"] as? String } == type.documentedKeys.map(\.name))
            #expect((shown["options"] as? [Any])?.count == type.layouts.count)
        }

        @Test func unknownTypes() throws {
            let near = try Command.run([binary, "option", "show", "telemetri"])
            #expect(near.status == 65)
            #expect(
                near.standardError == "tcptune: telemetri: no header option of that type or name, "
                    + "did you mean 'telemetry'?\n")
            let far = try Command.run([binary, "option", "show", "x"])
            #expect(far.status == 65)
            #expect(far.standardError.contains("there are telemetry, identity, "))
        }
    }
}
