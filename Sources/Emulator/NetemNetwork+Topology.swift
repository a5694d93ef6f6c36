import Host
import SystemPackage

/// Who has which address, and which way the packets go.
///
/// Each router's port to a host is 169.254.0.1 and fe80::1; between the routers are 169.254.1.1 and
/// 169.254.1.2, fe80::1:1 and fe80::1:2.
extension NetemNetwork {
    static func joinRouters(_ routers: [NetworkNamespace]) throws(EmulatorError) {
        try ip(
            [
                "link add name \(core) address 02:00:00:00:00:01 type veth peer name \(core) "
                    + "address 02:00:00:00:00:02 netns \(routers[1].path)"
            ], in: routers[0])
        for (number, router) in routers.enumerated() {
            let (own, other) = (number + 1, 2 - number)
            try forward(in: router)
            try ip(
                [
                    "address add 169.254.1.\(own)/30 dev \(core)",
                    "link set dev \(core) up",
                    "address add fe80::1:\(own)/64 dev \(core) nodad",
                    // Known for good: a lost ARP or neighbour discovery would stop everything.
                    "neigh replace 169.254.1.\(other) lladdr 02:00:00:00:00:0\(other) "
                        + "dev \(core) nud permanent",
                    "neigh replace fe80::1:\(other) lladdr 02:00:00:00:00:0\(other) "
                        + "dev \(core) nud permanent",
                    "route add 198.\(19 - number).0.0/16 via 169.254.1.\(other) dev \(core)",
                    "-6 route add 2001:2:0:\(other)::/64 via fe80::1:\(other) dev \(core)",
                ], in: router)
        }
    }

    static func attachHosts(
        _ side: Side, _ pairs: [EmulatedNetwork.Pair], to router: NetworkNamespace
    ) throws(EmulatorError) -> [EmulatedHost] {
        var hosts: [EmulatedHost] = []
        for (number, pair) in pairs.enumerated() {
            let addresses = HostAddresses(side, pair: number)
            let namespace = try namespace("\(side) \(number)")
            let (port, device) = ("port\(number)", EmulatedHost.interface)
            try ip(
                [
                    "link add name \(port) type veth peer name \(device) "
                        + "netns \(namespace.path)",
                    "address add 169.254.0.1/32 dev \(port)",
                    "link set dev \(port) up",
                    "address add fe80::1/64 dev \(port) nodad",
                    "route add \(addresses.ipv4)/32 dev \(port)",
                    "-6 route add \(addresses.ipv6)/128 dev \(port)",
                ], in: router)
            if pair.accessDelay > 0 {
                let line =
                    "dev \(port) root netem limit 100000 delay "
                    + NetemDiscipline.time(pair.accessDelay)
                try tc([line], in: router)
            }
            try ip(
                [
                    "link set dev lo up",
                    // netem and tbf take a frame for one packet.
                    "link set dev \(device) gso_max_segs 1",
                    "link set dev \(device) up",
                    "address add \(addresses.ipv4)/32 dev \(device)",
                    "address add \(addresses.ipv6)/128 dev \(device) nodad",
                    "route add 169.254.0.1 dev \(device) scope link",
                    "route add 198.18.0.0/15 via 169.254.0.1 src \(addresses.ipv4)",
                    "-6 route add 2001:2::/48 via fe80::1 dev \(device) src \(addresses.ipv6)",
                ], in: namespace)
            hosts.append(
                EmulatedHost(namespace: namespace, ipv4: addresses.ipv4, ipv6: addresses.ipv6))
        }
        return hosts
    }

    private static func forward(in router: NetworkNamespace) throws(EmulatorError) {
        for sysctl in ["ipv4/ip_forward", "ipv6/conf/all/forwarding"] {
            let path = FilePath("/proc/sys/net").appending(sysctl)
            let written = try host { () throws(HostError) in
                try router.perform { () throws(HostError) in
                    let file = try OwnedDescriptor.open(
                        path, .writeOnly, what: "cannot make the router forward")
                    return (try? file.raw.writeAll(Array("1".utf8))) != nil
                }.get()
            }
            guard written else {
                throw EmulatorError(.io, "cannot make the router forward", on: path.string)
            }
        }
    }
}
