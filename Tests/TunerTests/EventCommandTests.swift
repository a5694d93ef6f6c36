import Foundation
import Glibc
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    /// `tcptune events` as a process.
    @Suite final class EventCommandTests {
        private let binary: String
        private let cgroup: TemporaryCgroup

        init() throws {
            try KernelTest.require()
            binary = try #require(KillTests.binary)
            cgroup = try TemporaryCgroup()
        }

        private func events(_ arguments: String...) throws -> ChildProcess {
            let child = try ChildProcess(
                [binary, "events", "--cgroup", cgroup.path.string] + arguments)
            #expect(try eventually { try Self.listens(child.pid) })
            return child
        }

        private static func listens(_ pid: pid_t) throws -> Bool {
            guard let maps = try EventMaps.open(try Tuner().layout) else { return false }
            return try (0..<EventMaps.capacity).contains { slot in
                let entry = try maps.entry(slot)
                return entry.pid == UInt32(pid) && entry.kinds != 0
            }
        }

        private func withProfile(_ body: () throws -> Void) throws {
            let target = ["--cgroup", cgroup.path.string]
            _ = try Command.check([binary, "apply", "observe"] + target)
            defer { _ = try? Command.run([binary, "detach"] + target) }
            try body()
        }

        @Test func writesAnObjectALineAndEndsAtItsCount() throws {
            try withProfile {
                var child = try events("--output", "json", "--count", "3")
                let (client, server) = try TCPConnection.pair(
                    client: Placement(cgroup: cgroup.path))
                try transfer(12_345, from: client, to: server)
                try client.abort()
                let output = try child.wait()
                #expect(output.status == 0)
                let lines = output.standardOutput.split(separator: "\n")
                #expect(lines.count == 3)
                var kinds: [String] = []
                for line in lines {
                    let object = try #require(
                        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                    kinds.append(object["event"] as? String ?? "")
                    #expect(object["cgroup"] as? String == "/" + cgroup.cgroup.name)
                    #expect(object["profile"] as? String == "observe")
                    #expect(object["controllerFrom"] as? String == "host")
                    #expect((object["time"] as? String)?.hasSuffix("Z") == true)
                    let keys = line.matches(of: /"(\w+)":/).map { String($0.output.1) }
                    #expect(keys == keys.sorted())
                    if kinds.last == "closed" {
                        #expect(object["bytesSent"] as? Int == 12_345)
                        #expect(object["ending"] as? String == "aborted")
                    }
                }
                #expect(kinds == ["opened", "established", "closed"])
            }
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func aSignalEndsIt(signal: CInt) throws {
            try withProfile {
                var child = try events("--kind", "established")
                _ = try TCPConnection.pair(client: Placement(cgroup: cgroup.path))
                #expect(
                    eventually { ((try? child.standardOutput()) ?? "").contains("established") })
                try child.signal(signal)
                let output = try child.wait()
                #expect(output.status == 0)
                #expect(output.standardError == "")
                let lines = output.standardOutput.split(separator: "\n")
                #expect(lines.count == 2)
                #expect(lines.first?.hasPrefix("TIME") == true)
                #expect(lines.last?.contains("observe") == true)
            }
        }

        @Test func endsWithItsReader() throws {
            let begin = ContinuousClock.now
            let output = try Command.run([
                "sh", "-c", "\"$0\" events --cgroup \"$1\" --duration 20s | head -n 1", binary,
                cgroup.path.string,
            ])
            #expect(output.standardOutput.hasPrefix("TIME"))
            #expect(output.standardError == "")
            #expect(ContinuousClock.now - begin < .seconds(10))
        }

        @Test func aSignalEndsItThoughNobodyReads() throws {
            let directory = try TemporaryDirectory()
            let pipe = directory.path.appending("pipe").string
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            defer { Glibc.close(reader) }
            try withProfile {
                var child = try ChildProcess([
                    "sh", "-c", "exec \"$0\" events --cgroup \"$1\" --output json >\"$2\"",
                    binary, cgroup.path.string, pipe,
                ])
                #expect(try eventually { try Self.listens(child.pid) })
                // Several times what a pipe holds, which is less than 64 KiB in small pieces.
                for _ in 0..<100 {
                    _ = try TCPConnection.pair(
                        client: Placement(cgroup: cgroup.path),
                        server: Placement(cgroup: cgroup.path))
                }
                var waiting: CInt = 0
                #expect(
                    eventually { ioctl(reader, UInt(FIONREAD), &waiting) == 0 && waiting > 30_000 })
                try child.signal(SIGTERM)
                #expect(try child.wait(timeout: .seconds(5)).status == 0)
            }
        }

        @Test func endsAfterItsTime() throws {
            let output = try Command.check([
                binary, "events", "--cgroup", cgroup.path.string, "--duration", "200ms",
                "--output", "json",
            ])
            #expect(output == "")
        }

        @Test func aKilledOnesPlaceIsTakenByTheNext() throws {
            var killed = try events()
            try killed.signal(SIGKILL)
            _ = try killed.wait()
            try withProfile {
                var child = try events("--kind", "opened", "--count", "1")
                _ = try TCPConnection.pair(client: Placement(cgroup: cgroup.path))
                #expect(try child.wait().status == 0)
            }
        }

        @Test(arguments: [
            ["--kind", "nonsense"], ["--count", "0"], ["--duration", "soon"], ["--output", "xml"],
        ])
        func refusesWhatItDoesntUnderstand(arguments: [String]) throws {
            let output = try Command.run([binary, "events"] + arguments)
            #expect(output.status == 64)
            #expect(output.standardOutput == "")
        }

        @Test func aCgroupThatIsntThereIsRefused() throws {
            let output = try Command.run([binary, "events", "--cgroup", "no/such/cgroup"])
            #expect(output.status == 1)
            #expect(output.standardError.contains("no/such/cgroup"))
        }
    }
}
