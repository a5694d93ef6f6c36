import Profiles

/// A profile's rules as the kernel matches them: for each thing that a rule can look at, the set
/// of rules that accept it, a bit per rule (`bpf/sockops/match.h`).
struct RuleSets: Equatable {
    /// A prefix, and all rules that accept its addresses.
    struct Remote: Equatable {
        let prefix: IPPrefix
        let rules: UInt64
    }

    let all: UInt64
    let outbound: UInt64
    let inbound: UInt64
    let anyPort: UInt64
    /// Empty when no rule has a prefix; otherwise `::/0` is among them.
    let remotes: [Remote]
    /// Empty when no rule has a port.
    let ports: [UInt16: UInt64]

    init(_ rules: [Rule]) {
        func set(_ accepts: (Match) -> Bool) -> UInt64 {
            rules.enumerated().reduce(0) { set, rule in
                accepts(rule.element.match) ? set | 1 << UInt64(rule.offset) : set
            }
        }
        all = set { _ in true }
        outbound = set { $0.direction != .inbound }
        inbound = set { $0.direction != .outbound }
        anyPort = set { $0.ports.isEmpty }

        let prefixes = Set(rules.flatMap(\.match.remote))
        let everything = IPPrefix(address: 0, length: 0)
        remotes =
            prefixes.isEmpty
            ? []
            : prefixes.union([everything]).sorted().map { prefix in
                Remote(
                    prefix: prefix,
                    rules: set { match in
                        match.remote.isEmpty || match.remote.contains { $0.contains(prefix) }
                    })
            }
        ports = Dictionary(
            uniqueKeysWithValues: Set(rules.flatMap(\.match.ports)).map { port in
                (port, set { $0.ports.contains(port) })
            })
    }
}
