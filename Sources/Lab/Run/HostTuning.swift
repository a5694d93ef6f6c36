import Emulator
import Host

/// What is the same on every emulated host.
enum HostTuning {
    /// Room for the largest product of bandwidth and delay that a link can have here; the host's own
    /// values are made for its memory, and would measure themselves.
    static let sysctls = [
        ("net.ipv4.tcp_rmem", "4096 131072 134217728"),
        ("net.ipv4.tcp_wmem", "4096 65536 134217728"),
    ]

    static func apply(to hosts: [EmulatedHost]) throws(HostError) {
        for host in hosts {
            try host.namespace.perform { () throws(HostError) in
                for (name, value) in sysctls { try Sysctl().write(name, value) }
            }.get()
        }
    }
}
