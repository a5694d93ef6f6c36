import CShim
import Host
import SystemPackage

/// The one interface of an emulated host, and the descriptor through which its packets come and go.
struct TunDevice: ~Copyable {
    static let headerLength = MemoryLayout<cshim_vnet_header>.size
    /// Packets that wait for the forwarding thread; when it is full the kernel drops.
    static let queueLength: CInt = 10_000

    let descriptor: OwnedDescriptor
    private let namespace: NetworkNamespace

    /// Makes the device in a namespace, with its addresses, and brings it and the loopback up.
    init(
        in namespace: NetworkNamespace, addresses: HostAddresses, mtu: Int,
        usesSegmentationOffload: Bool
    ) throws(EmulatorError) {
        self.namespace = namespace
        let made = try host { () throws(HostError) in
            try namespace.perform { () throws(EmulatorError) in
                try Self.make(addresses, CInt(mtu), usesSegmentationOffload)
            }
        }
        descriptor = try made.get()
    }

    private static func make(
        _ addresses: HostAddresses, _ mtu: CInt, _ usesSegmentationOffload: Bool
    ) throws(EmulatorError) -> OwnedDescriptor {
        let name = EmulatedHost.interface
        let descriptor = OwnedDescriptor(
            FileDescriptor(
                rawValue: try check(
                    cshim_tun_open(name, usesSegmentationOffload ? 1 : 0),
                    "cannot make the TUN device", on: name,
                    advice: "is the kernel's tun driver there (modprobe tun), and /dev/net/tun?")))
        try check(cshim_interface_up("lo", 0, 0), "cannot bring up the interface", on: "lo")
        try check(
            cshim_interface_up(name, mtu, queueLength), "cannot bring up the interface", on: name)
        try check(
            cshim_add_ipv4(
                name, addresses.ipv4Bytes, CInt(HostAddresses.ipv4PrefixLength)),
            "cannot add the address", on: addresses.ipv4)
        try check(
            cshim_add_ipv6(
                name, addresses.ipv6Bytes, CInt(HostAddresses.ipv6PrefixLength)),
            "cannot add the address", on: addresses.ipv6,
            advice: "is IPv6 switched off (sysctl net.ipv6.conf.default.disable_ipv6)?")
        return descriptor
    }

    /// Packets that the kernel has dropped because they weren't read in time.
    func droppedPackets() throws(EmulatorError) -> UInt64 {
        let counted = try host { () throws(HostError) in
            try namespace.perform { () throws(HostError) in
                try InterfaceStatistics.read(EmulatedHost.interface)
            }.get()
        }
        return counted.transmitDropped
    }
}
