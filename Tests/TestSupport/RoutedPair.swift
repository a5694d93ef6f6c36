import SystemPackage

/// Two network namespaces with a third between them that forwards their packets, and can do to them
/// what middleboxes do.
package struct RoutedPair: ~Copyable {
    package let a: NetworkPair.End
    package let b: NetworkPair.End
    /// An address of `b` in another prefix, on its loopback.
    package let otherIPv4 = "10.77.3.2"
    private let router: String

    package init() throws {
        let name = FixtureName.next(NetworkPair.prefix)
        a = NetworkPair.End(name: name + "-a", ipv4: "10.77.1.2", ipv6: "fd77:1::2")
        b = NetworkPair.End(name: name + "-b", ipv4: "10.77.2.2", ipv6: "fd77:2::2")
        router = name + "-r"
        do {
            try NetworkPair.ip(
                [a.name, b.name, router].map { "netns add \($0)" }
                    + [(a, "left"), (b, "right")].map { end, name in
                        "link add \(end.interface) netns \(end.name) type veth "
                            + "peer name \(name) netns \(router)"
                    })
            for (end, subnet) in [(a, 1), (b, 2)] {
                try NetworkPair.ip(
                    [
                        "link set lo up",
                        "address add \(end.ipv4)/24 dev \(end.interface)",
                        "address add \(end.ipv6)/64 dev \(end.interface) nodad",
                        "link set \(end.interface) up",
                        "route add default via 10.77.\(subnet).1",
                        "route add ::/0 via fd77:\(subnet)::1",
                    ], in: end.name)
            }
            try NetworkPair.ip(["address add \(otherIPv4)/32 dev lo"], in: b.name)
            try NetworkPair.ip(
                [("left", 1), ("right", 2)].flatMap { name, subnet in
                    [
                        "address add 10.77.\(subnet).1/24 dev \(name)",
                        "address add fd77:\(subnet)::1/64 dev \(name) nodad",
                        "link set \(name) up",
                    ]
                } + ["route add \(otherIPv4) via \(b.ipv4)"], in: router)
            let forward = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]
            try Command.check(["sysctl", "-qw"] + forward, inRouter)
        } catch {
            Self.remove(a.name, b.name, router)
            throw error
        }
    }

    deinit {
        Self.remove(a.name, b.name, router)
    }

    /// What is to happen to forwarded packets, an nftables rule a line; none: they pass.
    package func filter(_ rules: String...) throws {
        let chain = """
            table inet middlebox
            delete table inet middlebox
            table inet middlebox {
                chain forward {
                    type filter hook forward priority 0
                    \(rules.joined(separator: "\n"))
                }
            }
            """
        try Command.check(["nft", "-f", "-"], inRouter, input: Array((chain + "\n").utf8))
    }

    private var inRouter: Placement {
        Placement(namespace: FilePath("/run/netns").appending(router))
    }

    private static func remove(_ names: String...) {
        for name in names { _ = try? Command.run(["ip", "netns", "delete", name]) }
    }
}
