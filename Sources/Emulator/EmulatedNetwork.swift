import CShim
import Glibc
import Host
import LinkModel
import Synchronization

/// How an emulated network is run.
package struct EmulatorOptions: Sendable {
    /// Hosts hand over TCP frames of up to 64 KiB, which the emulator cuts; otherwise packets.
    package var usesSegmentationOffload = true
    package var mtu = 1_500
    /// Keeps the number of every packet that is dropped or marked.
    package var recordsDecisions = false
    /// Between two samples of the queue, in nanoseconds.
    package var sampleInterval: Int64 = 1_000_000
    /// TCP frames under way, for each of which 64 KiB of addresses are kept, of which only what it
    /// fills becomes memory; what comes beyond is dropped and makes the run void.
    package var maximumLargeFrames = 32_768

    package init() {}
}

/// A dumbbell: pairs of hosts, one of each left and one right of a link that all pairs share. A host
/// reaches the other one of its pair.
///
/// Each host is a network namespace without a name, held by a descriptor, and the link is a thread
/// of this process: however the process ends, the kernel takes everything away. One object is one
/// run; the next run gets a network of its own, with fresh sysctls and no remembered TCP metrics.
package final class EmulatedNetwork: Sendable {
    /// What one pair of hosts has for itself.
    package struct Pair: Sendable, Hashable {
        /// Added to the link's delay in each direction, in nanoseconds.
        package var accessDelay: Int64

        package init(accessDelay: Int64 = 0) {
            self.accessDelay = accessDelay
        }
    }

    private enum State {
        case ready
        case running(pthread_t)
        case stopped
    }

    /// Hosts whose packets go down.
    package let left: [EmulatedHost]
    package let right: [EmulatedHost]
    private let devices: DeviceList
    private let control: ForwarderControl
    /// The forwarding thread's alone while that runs.
    nonisolated(unsafe) private let forwarder: Forwarder
    private let state = Mutex(State.ready)

    /// Builds the hosts; packets move once the network is started.
    package init(
        pairs: [Pair] = [Pair()], link: LinkSpec, seed: UInt64,
        options: EmulatorOptions = EmulatorOptions()
    ) throws(EmulatorError) {
        try Self.validate(pairs, options)
        var left: [EmulatedHost] = []
        var right: [EmulatedHost] = []
        let devices = DeviceList()
        for pair in pairs.indices {
            left.append(try devices.makeHost(.left, pair: pair, options))
            right.append(try devices.makeHost(.right, pair: pair, options))
        }
        self.left = left
        self.right = right
        self.devices = devices
        let control = try ForwarderControl()
        self.control = control
        forwarder = Forwarder(
            descriptors: devices.descriptors, extraDelays: pairs.map(\.accessDelay), link: link,
            seed: seed, options: options, control: control)
    }

    deinit {
        if case .running(let thread) = state.withLock({ $0 }) {
            control.stop()
            pthread_join(thread, nil)
        }
    }

    static func validate(_ pairs: [Pair], _ options: EmulatorOptions) throws(EmulatorError) {
        let what = "cannot build the network"
        func refuse(_ subject: String, _ reason: String) -> EmulatorError {
            EmulatorError(.invalid, what, on: subject, because: reason)
        }
        guard (1...HostAddresses.maximumPairs).contains(pairs.count) else {
            throw refuse("\(pairs.count) pairs", "1 to \(HostAddresses.maximumPairs) are possible")
        }
        // Ten minutes: nothing sensible is near the clock's end.
        for pair in pairs where !(0...600_000_000_000).contains(pair.accessDelay) {
            throw refuse(
                "access delay \(pair.accessDelay) ns", "it is between 0 and 10 minutes")
        }
        guard (1_280...9_000).contains(options.mtu) else {
            throw refuse("MTU \(options.mtu)", "1280 (IPv6's minimum) to 9000 are possible")
        }
        guard options.maximumLargeFrames >= 16 else {
            throw refuse("\(options.maximumLargeFrames) frames", "16 are the least")
        }
        guard options.sampleInterval > 0 else {
            throw refuse("sample interval \(options.sampleInterval) ns", "it must be positive")
        }
    }

    /// Starts the link: its time begins.
    package func start() throws(EmulatorError) {
        let failure = state.withLock { state -> EmulatorError? in
            guard case .ready = state else {
                return EmulatorError(
                    .state, "cannot start the network", on: "link", because: "it was started")
            }
            var thread = pthread_t()
            let result = pthread_create(
                &thread, nil,
                { argument in
                    Unmanaged<Forwarder>.fromOpaque(argument!).takeUnretainedValue().run()
                    return nil
                }, Unmanaged.passUnretained(forwarder).toOpaque())
            guard result == 0 else {
                return EmulatorError(
                    .io, "cannot start the network", on: "link", errno: .init(rawValue: result))
            }
            state = .running(thread)
            return nil
        }
        if let failure { throw failure }
    }

    /// Ends the warm-up: what the report counts and averages begins here.
    package func mark() {
        control.mark()
    }

    /// Ends the link, with what it is about to deliver lost, and says what it did.
    package func stop() throws(EmulatorError) -> EmulatorReport {
        let thread = state.withLock { state -> pthread_t? in
            guard case .running(let thread) = state else { return nil }
            state = .stopped
            return thread
        }
        guard let thread else {
            throw EmulatorError(
                .state, "cannot stop the network", on: "link", because: "it isn't running")
        }
        control.stop()
        pthread_join(thread, nil)
        return forwarder.report(txDropped: try devices.droppedPackets())
    }
}

/// The hosts' devices, in the forwarder's order.
private final class DeviceList: @unchecked Sendable {
    /// An array can't hold what can't be copied.
    private final class Entry {
        let device: TunDevice

        init(_ device: consuming TunDevice) {
            self.device = device
        }
    }

    // Filled before anybody else sees it.
    private var entries: [Entry] = []

    var descriptors: [CInt] { entries.map { $0.device.descriptor.raw.rawValue } }

    func makeHost(
        _ side: Side, pair: Int, _ options: EmulatorOptions
    ) throws(EmulatorError) -> EmulatedHost {
        let addresses = HostAddresses(side, pair: pair)
        let namespace = try host { () throws(HostError) in
            try NetworkNamespace.create(name: "\(side) \(pair)")
        }
        entries.append(
            Entry(
                try TunDevice(
                    in: namespace, addresses: addresses, mtu: options.mtu,
                    usesSegmentationOffload: options.usesSegmentationOffload)))
        return EmulatedHost(namespace: namespace, ipv4: addresses.ipv4, ipv6: addresses.ipv6)
    }

    func droppedPackets() throws(EmulatorError) -> UInt64 {
        var sum: UInt64 = 0
        for entry in entries { sum += try entry.device.droppedPackets() }
        return sum
    }
}
