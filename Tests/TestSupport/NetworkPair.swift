import SystemPackage

/// Two network namespaces that a veth joins, each with an IPv4 and an IPv6 address and a loopback.
package struct NetworkPair: ~Copyable {
    static let prefix = "tt"

    package struct End: Sendable {
        /// The namespace's name, for `ip netns` and `ip -n`.
        package let name: String
        package let interface = "veth0"
        package let ipv4: String
        package let ipv6: String

        /// The namespace as a file to open.
        package var path: FilePath { FilePath("/run/netns").appending(name) }

        package var placement: Placement { Placement(namespace: path) }
    }

    package let a: End
    package let b: End

    package init() throws {
        let name = FixtureName.next(Self.prefix)
        a = End(name: name + "-a", ipv4: "10.77.0.1", ipv6: "fd77::1")
        b = End(name: name + "-b", ipv4: "10.77.0.2", ipv6: "fd77::2")
        do {
            try Self.ip(
                [a, b].map { "netns add \($0.name)" } + [
                    "link add \(a.interface) netns \(a.name) type veth "
                        + "peer name \(b.interface) netns \(b.name)"
                ])
            for end in [a, b] {
                try Self.ip(
                    [
                        "link set lo up",
                        "address add \(end.ipv4)/24 dev \(end.interface)",
                        // Without duplicate detection the address can be used at once.
                        "address add \(end.ipv6)/64 dev \(end.interface) nodad",
                        "link set \(end.interface) up",
                    ], in: end.name)
            }
        } catch {
            Self.remove(a, b)
            throw error
        }
    }

    deinit {
        Self.remove(a, b)
    }

    private static func remove(_ ends: End...) {
        for end in ends {
            _ = try? Command.run(["ip", "netns", "delete", end.name])
        }
    }

    static func ip(_ lines: [String], in namespace: String? = nil) throws {
        let place = namespace.map { ["-n", $0] } ?? []
        try Command.check(
            ["ip"] + place + ["-batch", "-"],
            input: Array(lines.map { $0 + "\n" }.joined().utf8))
    }
}
