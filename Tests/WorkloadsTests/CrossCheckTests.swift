import TestSupport
import Testing

@testable import Workloads

extension SocketSuites {
    /// The goodput against iperf3's, over a path that tbf limits.
    @Suite struct CrossCheckTests {
        @Test(arguments: Direction.allCases) func goodputIsIperfs(_ direction: Direction) throws {
            try KernelTest.require("ip", "tc", "iperf3")
            let pair = try NetworkPair()
            try limit(pair, to: "50mbit")
            let server = try RunningServer(in: pair.b.path) { $0.address = "::" }
            let client = try run(
                "bulk:3s", direction, to: server.port, host: pair.b.ipv4, in: pair.a.path)
            _ = try server.stop()
            let theirs = try iperf(pair.a, pair.b, reverse: direction == .down)
            #expect(
                abs(client.goodput / theirs - 1) < 0.02,
                "\(client.goodput / 1e6) and \(theirs / 1e6) Mbit/s")
            #expect(abs(client.goodput / 50e6 - 0.956) < 0.05)
        }

        @Test func playersStallOnASlowPath() throws {
            try KernelTest.require("ip", "tc")
            let pair = try NetworkPair()
            try limit(pair, to: "5mbit")
            let server = try RunningServer(in: pair.b.path) { $0.address = "::" }
            // Half of what it takes.
            let client = try run(
                "video:2s,bitrate=10Mbit,segment=100ms,buffer=300ms", to: server.port,
                host: pair.b.ipv4, in: pair.a.path)
            _ = try server.stop()
            let video = try #require(client.video)
            #expect((0.7...1.2).contains(video.rebuffering))
            #expect((6...10).contains(video.segments))
        }

        /// Both ends, so that either direction is limited.
        private func limit(_ pair: borrowing NetworkPair, to rate: String) throws {
            for end in [pair.a, pair.b] {
                try Command.check([
                    "tc", "-n", end.name, "qdisc", "add", "dev", end.interface, "root", "tbf",
                    "rate",
                    rate, "burst", "32k", "limit", "250k",
                ])
            }
        }

        /// What its receiver got, in bit/s.
        private func iperf(
            _ near: NetworkPair.End, _ far: NetworkPair.End, reverse: Bool
        ) throws -> Double {
            var server = try ChildProcess(["iperf3", "-s", "-1"], far.placement)
            _ = try eventually {
                try Command.check(["ss", "-Hltn", "sport = :5201"], far.placement).contains("5201")
            }
            let output = try Command.check(
                ["iperf3", "-c", far.ipv4, "-t", "3", "-f", "k"] + (reverse ? ["-R"] : []),
                near.placement)
            _ = try server.wait()
            let line = output.split(separator: "\n").last { $0.contains("receiver") } ?? ""
            let words = line.split(separator: " ")
            let unit = try #require(words.firstIndex { $0 == "Kbits/sec" })
            return try #require(Double(words[unit - 1])) * 1000
        }
    }
}
