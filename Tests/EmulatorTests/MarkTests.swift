import Emulator
import Host
import LinkModel
import SystemPackage
import TestSupport
import Testing

extension KernelSuites {
    /// Congestion experienced, as the receiving kernel counts it.
    @Suite struct MarkTests {
        init() throws {
            try KernelTest.require("sysctl", "cat")
        }

        @Test(arguments: Family.allCases, [Int64(30), 300])
        func theKernelCountsTheSameMarks(family: Family, mbit: Int64) throws {
            var options = EmulatorOptions()
            options.recordsDecisions = true
            let network = try EmulatedNetwork(
                link: LinkSpec(
                    down: .line(mbit: mbit, delay: 3, discipline: .step(.packets(20))),
                    up: .line(delay: 3)), seed: 1, options: options)
            for host in [network.left[0], network.right[0]] {
                try Command.check(["sysctl", "-qw", "net.ipv4.tcp_ecn=1"], host.placement)
            }
            try network.start()
            let (left, right) = try connect(network, family) { options in
                try options.setCongestionControl("cubic")
            }
            #expect(try arrivesIntact(6 << 20, from: left, to: right))
            let report = try network.stop()
            let marks = report.down.counters.marks
            #expect(marks > 3)
            #expect(try congestionExperienced(network.right[0], family) == marks)
            #expect(report.down.counters.losses + report.down.counters.queueDrops == 0)
            #expect(report.down.decisions?.filter { $0.fate == .marked }.count == Int(marks))
            #expect(report.queueSamples.reduce(0) { $0 + $1.marks } <= marks)
        }

        /// InCEPkts of a host's IPv4 or IPv6.
        private func congestionExperienced(_ host: EmulatedHost, _ family: Family) throws -> UInt64?
        {
            let file = family == .ipv4 ? "netstat" : "snmp6"
            let text = try Command.check(["cat", "/proc/self/net/\(file)"], host.placement)
            let lines = text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
            if family == .ipv6 {
                return lines.first { $0[0] == "Ip6InCEPkts" }.flatMap { UInt64($0[1]) }
            }
            let table = lines.filter { $0[0] == "IpExt:" }
            return table[0].firstIndex { $0 == "InCEPkts" }.flatMap { UInt64(table[1][$0]) }
        }
    }
}
