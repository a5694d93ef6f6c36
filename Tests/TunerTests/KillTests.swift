import BPF
import Foundation
import Host
import Profiles
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    /// The command, killed at random moments: the next apply and detach bring the kernel back.
    @Suite struct KillTests {
        private static let rounds = 150

        @Test func nothingIsLeftByWhatWasKilled() throws {
            try KernelTest.require()
            let binary = try #require(Self.binary)
            let cgroup = try TemporaryCgroup()
            let target = ["--cgroup", cgroup.path.string]
            let changes = [
                ["apply", "default-cubic-bpf"] + target, ["apply", "observe"] + target,
                ["apply", "wan-bulk", "--existing"] + target, ["detach"] + target,
            ]
            let before = try Self.loaded()
            var random = SeededGenerator(state: 42)
            for _ in 0..<Self.rounds {
                let change = changes.randomElement(using: &random)!
                var child = try ChildProcess([binary] + change)
                usleep(UInt32.random(in: 0..<80_000, using: &random))
                try child.signal(SIGKILL)
                _ = try child.wait()
            }
            _ = try Command.check([binary] + changes[0])
            _ = try Command.check([binary] + changes[3])
            // Others' may go meanwhile.
            #expect(try eventually { zip(try Self.loaded(), before).allSatisfy(<=) })
            let controllers = try Kernel().availableCongestionControls()
            #expect(!controllers.contains("tt_cubic"))
        }

        /// Of a program that others look at: an array of programs whose last descriptor was closed
        /// twice in a row would stay.
        @Test func nothingIsLeftByWhatWasRead() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile("test", controller: "reno"))
            let attachment = try #require(try tuned.tuner.attachments().first)
            let maps = try Program(id: attachment.programID).info().mapIDs
            for _ in 0..<100 { _ = try tuned.tuner.attachments() }
            try tuned.tuner.detachAll()
            #expect(try eventually { Set(maps).isDisjoint(with: try Map.ids()) })
        }

        /// Beside the tests' own bundle.
        static var binary: String? {
            let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            let path = here.appendingPathComponent("tcptune").path
            return FileManager.default.isExecutableFile(atPath: path) ? path : nil
        }

        private static func loaded() throws -> [Int] {
            [try Program.ids().count, try Map.ids().count, try Link.ids().count]
        }
    }
}
