import Profiles
import TestSupport
import Testing

@testable import Tuner

@Suite struct RuleSetTests {
    @Test func aPrefixHoldsTheRulesOfThoseAroundIt() throws {
        let wide = try IPPrefix("10.0.0.0/8")
        let narrow = try IPPrefix("10.1.0.0/16")
        let sets = RuleSets([
            Rule(match: Match(remote: [narrow])), Rule(match: Match(remote: [wide])),
            Rule(match: Match(ports: [443], direction: .inbound)),
        ])
        func set(_ prefix: IPPrefix) -> UInt64? {
            sets.remotes.first { $0.prefix == prefix }?.rules
        }
        #expect(set(narrow) == 0b111)
        #expect(set(wide) == 0b110)
        #expect(set(IPPrefix(address: 0, length: 0)) == 0b100)
        #expect(sets.outbound == 0b011)
        #expect(sets.inbound == 0b111)
        #expect(sets.anyPort == 0b011)
        #expect(sets.ports == [443: 0b100])
    }

    @Test func noConditionsNoTables() {
        let sets = RuleSets([])
        #expect(sets.all == 0)
        #expect(sets.remotes.isEmpty)
        #expect(sets.ports.isEmpty)
    }
}

extension KernelSuites {
    @Suite struct RuleTests {
        private func rule(
            _ controller: String, _ remote: [String] = [], _ ports: [UInt16] = [],
            _ direction: Direction? = nil
        ) throws -> Rule {
            Rule(
                match: Match(
                    remote: try remote.map { try IPPrefix($0) }, ports: ports,
                    direction: direction),
                congestionControl: CongestionControlChoice(algorithm: controller))
        }

        private func controller(
            _ tuned: TunedCgroup, to address: String, listen: String? = nil
        ) throws -> String {
            let server = try TCPServer(address: listen ?? address)
            let client = try TCPConnection.connect(
                tuned.placement, to: address, port: server.port)
            return try client.options.congestionControl
        }

        @Test func theFirstThatMatchesByPrefix() throws {
            let tuned = try TunedCgroup()
            var profile = Profile(controller: "bbr")
            profile.rules = [
                try rule("reno", ["127.0.0.2", "::1"]), try rule("cubic", ["127.0.0.0/8"]),
            ]
            try tuned.apply(profile)
            #expect(try controller(tuned, to: "127.0.0.1") == "cubic")
            #expect(try controller(tuned, to: "127.0.0.2") == "reno")
            #expect(try controller(tuned, to: "::1") == "reno")
            #expect(try controller(tuned, to: "::ffff:127.0.0.2", listen: "::") == "reno")
        }

        @Test func byPortAndDirection() throws {
            let tuned = try TunedCgroup()
            let server = try TCPServer(tuned.placement)
            var profile = Profile(controller: "bbr")
            profile.rules = [
                try rule("reno", [], [server.port], .inbound), try rule("cubic", [], [server.port]),
            ]
            try tuned.apply(profile)
            let client = try TCPConnection.connect(
                tuned.placement, to: "127.0.0.1", port: server.port)
            let accepted = try server.accept()
            #expect(try client.options.congestionControl == "cubic")
            #expect(try accepted.options.congestionControl == "reno")
            #expect(try controller(tuned, to: "127.0.0.1") == "bbr")
            let counted = try tuned.statistics().ruleConnections
            #expect(Array(counted[0...2]) == [1, 1, 1])
        }
    }
}
