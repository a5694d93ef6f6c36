import Emulator
import Glibc
import Host
import LinkModel
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// What is there while a network is, and what is left of it.
    @Suite struct LifetimeTests {
        init() throws {
            try KernelTest.require("ip")
        }

        @Test func nothingIsLeft() throws {
            let pair = try NetworkPair()
            let before = try descriptors()
            do {
                let network = try EmulatedNetwork(
                    pairs: Array(repeating: .init(), count: 3), link: .plain, seed: 1)
                try network.start()
                #expect(try descriptors().count > before.count)
                try plant(in: network.left[2].namespace.path, pair)
                try plant(in: network.right[0].namespace.path, pair)
                #expect(try planted(pair) == 2)
            }
            #expect(try descriptors() == before)
            #expect(try eventually { try planted(pair) == 0 })
        }

        /// SIGKILL gives no chance to clean up: the kernel does.
        @Test func nothingIsLeftOfAKilledProcess() throws {
            let directory = try TemporaryDirectory()
            let input = directory.path.appending("input")
            #expect(input.withPlatformString { mkfifo($0, 0o600) } == 0)
            let program = FilePath(CommandLine.arguments[0]).removingLastComponent()
                .appending("emulator-link")
            // Opened both ways, a pipe has no end that could come.
            var child = try ChildProcess(
                ["sh", "-c", #"exec "$0" 'rtt 10ms' <>"$1""#, program.string, input.string])
            #expect(try eventually { try child.standardOutput().contains("\n") })
            let namespaces = try child.standardOutput().split(separator: "\"")
                .filter { $0.hasPrefix("/proc/") }
            #expect(namespaces.count == 2)
            let pair = try NetworkPair()
            for namespace in namespaces { try plant(in: FilePath(String(namespace)), pair) }
            #expect(try planted(pair) == 2)
            try child.signal(SIGKILL)
            _ = try child.wait()
            #expect(try eventually { try planted(pair) == 0 })
        }

        /// One that was never started, too.
        @Test func whatNeverRanGoesToo() throws {
            let before = try descriptors()
            _ = try EmulatedNetwork(link: .plain, seed: 1)
            #expect(try descriptors() == before)
        }

        @Test func theCallerStaysWhereItIs() throws {
            let home = try NetworkNamespace.current().inode
            let network = try EmulatedNetwork(link: .plain, seed: 1)
            #expect(try NetworkNamespace.current().inode == home)
            let inodes = [network.left[0], network.right[0]].map(\.namespace.inode)
            #expect(Set(inodes + [home]).count == 3)
            let addresses = try Command.check(
                ["ip", "-brief", "address"], network.left[0].placement)
            #expect(addresses.contains(network.left[0].ipv4))
            #expect(addresses.contains(network.left[0].ipv6))
            #expect(addresses.contains("127.0.0.1"))
        }

        /// Cheap enough to make one for every run.
        @Test func isBuiltInATenthOfASecond() throws {
            let times = try (0..<5).map { _ in
                let begin = ContinuousClock.now
                let network = try EmulatedNetwork(link: .plain, seed: 1)
                try network.start()
                _ = try network.stop()
                return ContinuousClock.now - begin
            }
            #expect(times.min()! < .milliseconds(100))
        }

        @Test func startsAndStopsOnce() throws {
            let network = try EmulatedNetwork(link: .plain, seed: 1)
            #expect(throws: EmulatorError.self) { try network.stop() }
            try network.start()
            let again = #expect(throws: EmulatorError.self) { try network.start() }
            #expect(again?.code == .state)
            network.mark()
            let report = try network.stop()
            #expect(report.markTime > 0)
            #expect(throws: EmulatorError.self) { try network.stop() }
            #expect(throws: EmulatorError.self) { try network.start() }
        }

        /// Puts one end of a veth into a namespace: it goes with that one, and takes the other along.
        private func plant(in namespace: FilePath, _ pair: borrowing NetworkPair) throws {
            let number = namespace.lastComponent?.string ?? ""
            try Command.check(
                [
                    "ip", "link", "add", "seen\(number)", "type", "veth", "peer", "name",
                    "far\(number)", "netns", namespace.string,
                ], pair.a.placement)
        }

        private func planted(_ pair: borrowing NetworkPair) throws -> Int {
            try Command.check(["ip", "-brief", "link"], pair.a.placement)
                .split(separator: "\n").count { $0.hasPrefix("seen") }
        }

        private func descriptors() throws -> [String] {
            let all = try #require(opendir("/proc/self/fd"))
            defer { closedir(all) }
            var found: [String] = []
            while let entry = readdir(all) {
                found.append(
                    withUnsafeBytes(of: &entry.pointee.d_name) {
                        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                    })
            }
            return found.sorted()
        }
    }
}
