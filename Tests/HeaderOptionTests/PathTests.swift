import CTcptuneABI
import Glibc
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import BPF
@testable import Tuner

extension HeaderOptionSuites {
    /// Paths that drop or strip what carries options, and lossy ones.
    @Suite struct PathTests {
        private static let options: [HeaderOption] = [.telemetry, .identity]

        @Test func aPathThatDropsOffersCostsASecondTwice() throws {
            let rig = try HeaderRig(middlebox: true)
            try rig.filter("tcp flags syn tcp option 254 exists drop")
            try rig.apply(Self.options)
            let listener = try rig.listen()
            // The first retransmission, without options, comes after 1 s.
            for strike in 1...2 {
                let (connection, took) = try timed { try rig.connect(to: listener) }
                #expect((.milliseconds(900)...(.milliseconds(2500))).contains(took))
                try connection.exchange(3)
                let sent = try rig.segments(from: connection.client.localPort)
                #expect(sent.first?.hello != nil)
                #expect(sent.dropFirst().allSatisfy { $0.headerOptions.isEmpty })
                #expect(try rig.connection(connection.client)?.headerFellBack == true)
                #expect(try rig.counts(rig.clientTarget).fallbacks == UInt64(strike))
            }
            try expectWithheld(rig, listener, 1)

            // Another prefix isn't meant.
            let other = try rig.listen(at: "10.77.3.2")
            let elsewhere = try rig.connect(to: other)
            #expect(try rig.segments(from: elsewhere.client.localPort).first?.hello != nil)

            // After the while one more is enough.
            try endRefusals(rig)
            let (again, took) = try timed { try rig.connect(to: listener) }
            #expect(took > .milliseconds(900))
            #expect(try rig.segments(from: again.client.localPort).first?.hello != nil)
            try expectWithheld(rig, listener, 2)

            try endRefusals(rig)
            try rig.filter("")
            let mended = try rig.connect(to: listener)
            try mended.exchange(3)
            #expect(try rig.connection(mended.client)?.peer?.heardAt != nil)
            #expect(try refusals(rig).count == 1)
        }

        /// Many SYNs lost at once are one loss, not a path that drops them.
        @Test func anOutageIsOneStrike() throws {
            let rig = try HeaderRig(middlebox: true)
            try rig.filter("tcp flags syn tcp option 254 exists drop")
            try rig.apply(Self.options)
            let listener = try rig.listen()
            _ = try TCPConnection.connectAtOnce(
                8, rig.clientPlacement, to: listener.address, port: listener.port)
            #expect(try rig.counts(rig.clientTarget).fallbacks == 8)
            try rig.filter("")
            let connection = try rig.connect(to: listener)
            #expect(try rig.segments(from: connection.client.localPort).first?.hello != nil)
            #expect(try rig.counts(rig.clientTarget).withheld == 0)
        }

        private func expectWithheld(_ rig: HeaderRig, _ listener: TCPServer, _ count: UInt64) throws
        {
            let (connection, took) = try timed { try rig.connect(to: listener) }
            #expect(took < .milliseconds(500))
            try connection.exchange(3)
            #expect(
                try rig.segments(from: connection.client.localPort)
                    .allSatisfy { $0.headerOptions.isEmpty })
            #expect(try rig.connection(connection.client)?.headerWithheld == true)
            #expect(try rig.counts(rig.clientTarget).withheld == count)
        }

        private func refusals(_ rig: HeaderRig) throws -> [tt_path] {
            guard let maps = try rig.tuner.sharedMaps() else { return [] }
            return try maps.refusals.keys(of: tt_path.self)
        }

        /// As when the time is over.
        private func endRefusals(_ rig: HeaderRig) throws {
            guard let maps = try rig.tuner.sharedMaps() else { return }
            let past = tt_refusal(until_ns: UInt64(monotonicTime()) - 1_000_000_000)
            for path in try refusals(rig) { try maps.refusals.update(path, to: past) }
        }

        /// One way only: the offer comes, the answer doesn't.
        @Test func anAnswerThatIsDroppedGoesAgainWithoutOptions() throws {
            let rig = try HeaderRig(middlebox: true)
            try rig.filter("tcp flags & (syn | ack) == syn | ack tcp option 254 exists drop")
            try rig.apply(Self.options)
            let listener = try rig.listen()
            let (connection, took) = try timed { try rig.connect(to: listener) }
            #expect((.milliseconds(900)...(.milliseconds(2500))).contains(took))
            try connection.exchange(5)
            for port in [connection.client.localPort, listener.port] {
                #expect(
                    try rig.segments(from: port).beyondTheHandshake
                        .allSatisfy { $0.headerOptions.isEmpty })
            }
        }

        @Test func whatIsStrippedIsNotOffered() throws {
            let rig = try HeaderRig(middlebox: true)
            try rig.filter("reset tcp option 254")
            try rig.apply(Self.options)
            let listener = try rig.listen()
            let (connection, took) = try timed { try rig.connect(to: listener) }
            #expect(took < .milliseconds(500))
            try connection.exchange(5)
            let sent = try rig.segments(from: connection.client.localPort)
            #expect(sent.first?.hello != nil)
            #expect(sent.dropFirst().allSatisfy { $0.headerOptions.isEmpty })
            #expect(try rig.counts(rig.clientTarget).unanswered == 1)
            #expect(try rig.counts(rig.serverTarget).negotiated == 0)
        }

        /// The handshake passes, what comes later doesn't.
        @Test(arguments: [
            [HeaderOption.telemetry],
            [.raw(0xabcd, [1, 2, 3], on: [.syn, .synack, .data])],
            [.raw(0xabcd, [1, 2, 3], on: [.data], every: .everySegment)],
        ])
        func dataThatIsDroppedEndsTheOptions(_ options: [HeaderOption]) throws {
            let rig = try HeaderRig(middlebox: true)
            try rig.filter("tcp flags & syn == 0 tcp option 254 exists drop")
            try rig.apply(options)
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            for _ in 0..<8 {
                try transfer(20_000, from: connection.client, to: connection.server)
                usleep(2000)
            }
            try transferChecked(1_000_000, from: connection.client, to: connection.server)
            #expect(try rig.counts(rig.clientTarget).abandoned == 1)
            #expect(try rig.connection(connection.client)?.headerAbandoned == true)
            let port = connection.client.localPort
            let before = try rig.segments(from: port).count
            try connection.exchange(5)
            #expect(
                try rig.segments(from: port).dropFirst(before)
                    .allSatisfy { $0.headerOptions.isEmpty })
            // Nobody else is to learn it by losing data.
            let next = try rig.connect(to: listener)
            #expect(
                try rig.segments(from: next.client.localPort).first?.headerOptions.isEmpty == true)
        }

        /// Selective acknowledgements take the room of the receiver's options.
        @Test func lossTakesTheRoom() throws {
            let rig = try HeaderRig(middlebox: true)
            try rig.apply(Self.options)
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try rig.filter("ip daddr \(rig.far.ipv4) numgen inc mod 23 == 7 drop")
            try transferChecked(6_000_000, from: connection.client, to: connection.server)
            #expect(try connection.client.info().totalRetrans > 0)
            let receiver = try rig.counts(rig.serverTarget)
            #expect(receiver.skipped(0) > 0)
            #expect(receiver.sent(0) > 0)
            for target in [rig.clientTarget, rig.serverTarget] {
                #expect(try rig.counts(target).abandoned == 0)
                #expect(try rig.counts(target).malformed == 0)
            }
        }

        /// An option on every segment, those sent again as well, and a loss in every window.
        @Test func lossIsNotTheOptionsDoing() throws {
            let rig = try HeaderRig(middlebox: true)
            try rig.apply([.raw(0xabcd, [1, 2, 3], on: [.data], every: .everySegment)])
            let listener = try rig.listen()
            let connection = try rig.connect(to: listener)
            try rig.filter("ip daddr \(rig.far.ipv4) numgen inc mod 5 == 3 drop")
            for _ in 0..<20 {
                try transferChecked(50_000, from: connection.client, to: connection.server)
            }
            #expect(try connection.client.info().totalRetrans > 20)
            #expect(try rig.counts(rig.clientTarget).abandoned == 0)
            #expect(try rig.counts(rig.clientTarget).sent(4) > 20)
        }
    }
}

func timed<Result>(_ body: () throws -> Result) rethrows -> (Result, Duration) {
    let begin = ContinuousClock.now
    let result = try body()
    return (result, ContinuousClock.now - begin)
}

/// CLOCK_MONOTONIC, as BPF programs see it, in nanoseconds.
func monotonicTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Sends bytes of which each depends on its place, and compares what comes.
func transferChecked(_ count: Int, from sender: TCPConnection, to receiver: TCPConnection) throws {
    var random = SeededGenerator(state: UInt64(count))
    let block = (0..<65_521).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let sending = try Thread {
        var sent = 0
        while sent < count {
            try sender.send(Array(block[..<min(block.count, count - sent)]))
            sent += min(block.count, count - sent)
        }
    }
    var received = 0
    var isIntact = true
    while received < count {
        let bytes = try receiver.receive(min(1 << 18, count - received))
        guard !bytes.isEmpty else { break }
        for byte in bytes {
            isIntact = isIntact && byte == block[received % block.count]
            received += 1
        }
    }
    #expect(received == count)
    #expect(isIntact)
    try sending.join()
}
