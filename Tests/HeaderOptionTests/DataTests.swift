import Glibc
import LinkModel
import Profiles
import SystemPackage
import Telemetry
import TestSupport
import Testing
import Tuner

@testable import Emulator

extension HeaderOptionSuites {
    /// What goes beyond the handshake: what it says, how often, and what it costs.
    @Suite struct DataTests {
        /// Each side's telemetry is what its kernel says of the socket right before it's sent.
        @Test(arguments: [false, true])
        func telemetryIsTheKernels(ipv6: Bool) throws {
            let rig = try HeaderRig()
            try rig.apply([.telemetry])
            let listener = try rig.listen(ipv6: ipv6)
            let connection = try rig.connect(to: listener)
            try transfer(300_000, from: connection.client, to: connection.server)
            try transfer(200_000, from: connection.server, to: connection.client)
            try connection.exchange(3)
            func check(_ from: TCPConnection, _ port: UInt16, _ to: TCPConnection) throws {
                var found: (TelemetryOption, TCPInfo)?
                // Due once half a round trip has passed since the last.
                for _ in 0..<50 where found == nil {
                    try from.send([3])
                    _ = try to.receive(1)
                    try connection.settle()
                    let before = try rig.segments(from: port).count
                    let info = try from.info()
                    try from.send([4])
                    _ = try to.receive(1)
                    try connection.settle()
                    let sent = try rig.segments(from: port).dropFirst(before)
                    if let said = sent.first?.telemetry { found = (said, info) }
                }
                let (said, info) = try #require(found)
                #expect(said.congestionWindow == UInt16(info.sndCwnd))
                #expect(said.smoothedRTT == HeaderOptionFloat.encode(UInt64(info.rtt)))
                #expect(said.leastRTT == HeaderOptionFloat.encode(UInt64(info.minRTT)))
                #expect(said.deliveryRate == HeaderOptionFloat.encode(info.deliveryRate))
                #expect(said.retransmits == UInt16(truncatingIfNeeded: info.totalRetrans))
                #expect(said.queueingDelay != HeaderOptionFloat.unknown)
                // And so the other end shows it.
                let heard = try #require(try rig.connection(to)?.peer)
                #expect(heard.congestionWindow == info.sndCwnd)
                #expect(
                    UInt64(heard.smoothedRTT)
                        == HeaderOptionFloat.decode(HeaderOptionFloat.encode(UInt64(info.rtt))))
                #expect(heard.minimumRTT == info.minRTT)
            }
            for _ in 0..<5 {
                try check(connection.client, connection.client.localPort, connection.server)
                try check(connection.server, listener.port, connection.client)
            }
        }

        /// The same through the eyes of tshark and its dissector, on the peer.
        @Test func tsharkPrintsWhatTheKernelSays() throws {
            try KernelTest.require("tshark")
            let rig = try HeaderRig()
            try rig.apply([.telemetry, .identity])
            let listener = try rig.listen()
            let script = FilePath(#filePath).removingLastComponent().removingLastComponent()
                .removingLastComponent().appending("deploy/wireshark/tcptune.lua")
            let names = ["hello.workload", "telemetry.cwnd", "telemetry.srtt", "telemetry.rate"]
            let tshark = try ChildProcess(
                ["tshark", "-n", "-l", "-i", rig.far.interface, "-X", "lua_script:\(script)"]
                    + ["-Y", "tcptune", "-T", "fields", "-e", "tcp.srcport"]
                    + names.flatMap { ["-e", "tcptune." + $0] }, rig.far.placed)
            func rows(from port: UInt16) throws -> [[String]] {
                try tshark.standardOutput().split(separator: "\n")
                    .map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
                    .map { $0.map(String.init) }
                    .filter { $0.count == names.count + 1 && $0[0] == "\(port)" }
            }
            // It is capturing once it prints something.
            let isCapturing = try eventually(within: .seconds(30)) {
                try rig.connect(to: listener).exchange()
                return try !tshark.standardOutput().isEmpty
            }
            #expect(isCapturing)
            let connection = try rig.connect(to: listener)
            let port = connection.client.localPort
            /// All that has passed, once it is printed.
            func printed() throws -> [[String]] {
                let sent = try rig.segments(from: port).filter { !$0.headerOptions.isEmpty }
                #expect(
                    try eventually(within: .seconds(20)) {
                        try rows(from: port).count >= sent.count
                    }
                )
                return try rows(from: port)
            }
            try transfer(200_000, from: connection.client, to: connection.server)
            try connection.settle()
            try connection.client.send([1])
            _ = try connection.server.receive(1)
            try connection.settle()
            let seen = try printed()
            let workload = HeaderOption.identity(of: rig.client.cgroup.name)
            #expect(seen.first?[1] == "0x" + hexadecimal(workload))
            let info = try connection.client.info()
            try connection.client.send([2])
            _ = try connection.server.receive(1)
            let row = try #require(try printed().dropFirst(seen.count).first)
            func known(_ value: UInt64) -> String {
                "\(HeaderOptionFloat.decode(HeaderOptionFloat.encode(value)))"
            }
            #expect(row[2] == "\(info.sndCwnd)")
            #expect(row[3] == known(UInt64(info.rtt)))
            #expect(row[4] == known(info.deliveryRate))
        }

        private func hexadecimal(_ value: UInt32) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }

        private static let everywhere = Set(HeaderOption.Segment.allCases)

        @Test func rawOptionsAreExactlyWhereTheyAreToBe() throws {
            let rig = try HeaderRig()
            let options: [HeaderOption] = [
                .raw(0xabcd, [1, 2, 3], on: Self.everywhere, every: .everySegment),
                .raw(0xabce, [], on: [.syn, .fin]),
                HeaderOption(
                    .raw(id: .kind(200), value: [9], on: [.synack], every: .roundTrip)),
                .raw(0xabcf, [7, 7], on: [.data], every: .everySegment),
            ]
            try rig.apply(options)
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            try connection.client.shutdownWrite()
            _ = try connection.server.receiveAll()
            try connection.server.shutdownWrite()
            _ = try connection.client.receiveAll()
            let first = HeaderOptionWire.experiment(exid: 0xabcd, value: [1, 2, 3])
            let second = HeaderOptionWire.experiment(exid: 0xabce, value: [])
            let last = HeaderOptionWire.experiment(exid: 0xabcf, value: [7, 7])
            for (port, isServer) in [(connection.client.localPort, false), (listener.port, true)] {
                let sent = try rig.segments(from: port)
                let handshake = try #require(sent.synchronizing.first).headerOptions
                // What only goes on data is asked about without its value.
                #expect(handshake.contains(first))
                #expect(handshake.contains(second))
                #expect(handshake.contains(.experiment(exid: 0xabcf, value: [])))
                // One of its own kind for SYN-ACKs only was never asked for.
                #expect(!handshake.contains(.other(kind: 200, value: [9])))
                let data = sent.filter { $0.payload > 0 }
                #expect(data.count == 4)
                for segment in data.dropFirst(isServer ? 0 : 1) {
                    #expect(segment.headerOptions == [first, last])
                }
                let fin = try #require(sent.first { $0.flags.contains(.fin) })
                #expect(fin.headerOptions.contains(second))
                #expect(fin.headerOptions.contains(first))
                #expect(
                    sent.filter { !$0.flags.contains(.fin) && !$0.flags.contains(.syn) }
                        .allSatisfy { !$0.headerOptions.contains(second) })
            }
        }

        /// Data and FIN only after the peer has answered with the ExID; a kind of its own, too.
        @Test func rawOptionsNeedAnAnswer() throws {
            let rig = try HeaderRig()
            let unknown = HeaderOption.raw(0xabcd, [1, 2, 3], on: Self.everywhere)
            let known = HeaderOption(
                .raw(id: .kind(200), value: [5], on: Self.everywhere, every: .everySegment))
            try rig.apply([unknown, known], server: [known])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try connection.exchange(4)
            try connection.client.shutdownWrite()
            _ = try connection.server.receiveAll()
            let sent = try rig.segments(from: connection.client.localPort)
            #expect(sent.first?.has(0xabcd) == true)
            #expect(sent.dropFirst().allSatisfy { !$0.has(0xabcd) })
            let kind = HeaderOptionWire.other(kind: 200, value: [5])
            #expect(
                sent.filter { $0.payload > 0 }.dropFirst()
                    .allSatisfy { $0.headerOptions == [kind] })
            #expect(sent.first { $0.flags.contains(.fin) }?.headerOptions == [kind])
            #expect(try rig.segments(from: listener.port).first?.has(0xabcd) == false)
        }

        @Test func cadences() throws {
            let rig = try HeaderRig()
            try rig.apply([
                HeaderOption(.telemetry(every: .segments(5))),
                .raw(0xaaaa, [1], on: [.data], every: .interval(20_000)),
            ])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            let begin = ContinuousClock.now
            try connection.exchange(40)
            let took = ContinuousClock.now - begin
            for port in [connection.client.localPort, listener.port] {
                let sent = try rig.segments(from: port).beyondTheHandshake
                let segments = sent.filter { $0.telemetry != nil }.count
                #expect((6...9).contains(segments))
                let intervals = sent.filter { $0.has(0xaaaa) }.count
                #expect(intervals >= 2)
                #expect(intervals <= Int(took / .milliseconds(20)) + 2)
            }
        }

        /// Telemetry once per round trip, 10 ms, of a bulk transfer.
        @Test func theCallbacksAreFew() throws {
            let rig = try HeaderRig()
            let network = try EmulatedNetwork(
                link: LinkSpec(
                    down: DirectionSpec(
                        rate: .constant(bitsPerSecond: 400_000_000), delay: 5_000_000,
                        queue: QueueSpec(limit: .amount(.packets(2000)))),
                    up: DirectionSpec(rate: .unlimited, delay: 5_000_000)), seed: 1)
            try network.start()
            let (left, right) = (network.left[0], network.right[0])
            try rig.apply([.telemetry, .identity])
            let listener = try TCPServer(
                rig.server.placement(namespace: right.namespace.path), address: right.ipv4)
            let client = try TCPConnection.connect(
                rig.client.placement(namespace: left.namespace.path), to: right.ipv4,
                port: listener.port)
            let server = try listener.accept()
            defer {
                try? client.abort()
                try? server.abort()
            }
            try transferChecked(2_000_000, from: client, to: server)
            let before = try client.info().segsOut
            let reports = try rig.counts(rig.clientTarget).sent(0)
            let start = ContinuousClock.now
            let runs = try rig.runs(of: rig.clientTarget) {
                try transferChecked(16_000_000, from: client, to: server)
            }
            // They go with round trips, of which there are more where a busy host stretches it.
            let roundTrips = Int((ContinuousClock.now - start) / .milliseconds(10))
            let segments = Int(try client.info().segsOut - before)
            #expect(segments > 10_000)
            #expect(runs < max(segments / 10, 6 * roundTrips))
            #expect(try rig.counts(rig.clientTarget).sent(0) > reports + 10)
            #expect(try rig.connection(client)?.peer?.heardAt != nil)
        }

        /// Whatever goes along, no packet is larger than the MTU.
        @Test(arguments: [false, true])
        func packetsFitTheMTU(ipv6: Bool) throws {
            let rig = try HeaderRig()
            // Otherwise the offload would cut them later.
            for end in [rig.near, rig.far] {
                try Command.check(
                    ["ip", "-n", end.name, "link", "set", end.interface, "gso_max_segs", "1"])
            }
            try rig.apply([
                .telemetry, .raw(0xaaaa, [1, 2, 3, 4], on: [.data], every: .segments(3)),
                .raw(0xbbbb, [1, 2, 3, 4, 5, 6, 7, 8], on: [.fin]),
            ])
            let listener = try rig.listen(ipv6: ipv6)
            let connection = try rig.connect(to: listener)
            try transferChecked(3_000_000, from: connection.client, to: connection.server)
            try transferChecked(3_000_000, from: connection.server, to: connection.client)
            // Full segments, and the FIN on the last, for which there is hardly room.
            try connection.client.options.set(CInt(IPPROTO_TCP), 3, 1)  // TCP_CORK
            let rest = Int(try connection.client.info().sndMSS) * 3 - 4
            try connection.client.send([UInt8](repeating: 1, count: rest))
            try connection.client.shutdownWrite()
            #expect(try connection.server.receiveAll() == rest)
            let all = try rig.allSegments()
            #expect(all.map(\.length).max() == 1500)
            #expect(all.allSatisfy { !$0.isFragment })
            let fin = try #require(
                try rig.segments(from: connection.client.localPort)
                    .first { $0.flags.contains(.fin) })
            // Unless telemetry and the other one happen to be due, which fill it.
            #expect(fin.has(0xbbbb) || fin.options.count == 40)
            #expect(fin.payload > 0)
        }
    }
}
