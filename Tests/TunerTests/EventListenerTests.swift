import Glibc
import Profiles
import Telemetry
import TestSupport
import Testing

@testable import Tuner

extension KernelSuites {
    /// Who listens to events: several at once, too many, killed ones, ones that are too slow.
    @Suite struct EventListenerTests {
        private func kinds(_ stream: inout EventStream) throws -> [String] {
            var result: [String] = []
            while let event = try stream.next(within: 200) {
                result.append("\(event.connection.cookie) \(event.kind)")
            }
            return result
        }

        @Test func twoHearTheSame() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(controller: "reno"))
            var first = try EventStream(tuned.tuner)
            var second = try EventStream(tuned.tuner)
            for _ in 0..<20 {
                let (client, server) = try TCPConnection.pair(
                    client: tuned.placement, server: tuned.placement)
                try client.abort()
                _ = try? server.receive()
            }
            let heard = try kinds(&first)
            #expect(heard.count == 20 * 6)
            #expect(try kinds(&second) == heard)
        }

        @Test func whatFindsNoRoomIsCounted() throws {
            let tuned = try TunedCgroup()
            try tuned.apply(Profile(controller: "reno"))
            var slow = try EventStream(tuned.tuner, bufferSize: 4096)
            var quick = try EventStream(tuned.tuner)
            for _ in 0..<20 {
                let (client, _) = try TCPConnection.pair(client: tuned.placement)
                try client.abort()
            }
            let kept = try kinds(&slow)
            // An event takes 344 of the buffer's 4096 bytes.
            #expect(kept.count == 11)
            #expect(try slow.lost() == 60 - 11)
            #expect(try kinds(&quick).prefix(11) == kept[...])
            #expect(try quick.lost() == 0)
            // There is room again.
            let (client, _) = try TCPConnection.pair(client: tuned.placement)
            try client.abort()
            #expect(try kinds(&slow).count == 3)
            #expect(try slow.lost() == 60 - 11)
        }

        @Test func aFifthIsToldWhoTheOthersAre() throws {
            let tuned = try TunedCgroup()
            let first = try EventStream(tuned.tuner)
            let second = try EventStream(tuned.tuner)
            let third = try EventStream(tuned.tuner)
            do {
                let fourth = try EventStream(tuned.tuner)
                let error = try #require(throws: TunerError.self) {
                    _ = try EventStream(tuned.tuner).lost()
                }
                #expect(error.code == .full)
                #expect(error.message.contains("\(getpid()), \(getpid())"))
                #expect(try fourth.lost() == 0)
            }
            // One has gone.
            #expect(try EventStream(tuned.tuner).lost() == 0)
            _ = (try first.lost(), try second.lost(), try third.lost())
        }

        @Test func hearsWhatIsAppliedLaterAndLeavesNothing() throws {
            let tuned = try TunedCgroup()
            let root = tuned.tuner.layout.root.string
            do {
                var stream = try EventStream(tuned.tuner)
                for _ in 0..<2 {
                    try tuned.apply(Profile(controller: "reno"))
                    _ = try TCPConnection.pair(client: tuned.placement)
                    #expect(try kinds(&stream).count == 3)
                    // All is gone but the listener's place.
                    try tuned.tuner.detachAll()
                    #expect(try tuned.tuner.files.list(tuned.tuner.layout.root) == ["events"])
                }
            }
            #expect(access(root, F_OK) != 0)
            // And the other way round: the profile stays when the listener goes.
            try tuned.apply(Profile(controller: "reno"))
            do { _ = try EventStream(tuned.tuner).lost() }
            #expect(try tuned.tuner.attachments().count == 1)
            try tuned.tuner.detachAll()
            #expect(access(root, F_OK) != 0)
        }

        /// What a killed listener leaves: an entry that nobody holds the lock on.
        private func leave(_ tuner: Tuner, at slot: Int) throws {
            try tuner.files.makeDirectory(tuner.layout.root)
            let maps = try EventMaps.openOrMake(tuner.layout, tuner.files)
            let ring = try EventMaps.ring(size: 4096)
            try maps.enter(ring, kinds: 1, pid: 1, at: slot)
            #expect(try maps.entry(slot).kinds == 1)
        }

        @Test func theNextListenerTakesAKilledOnesPlace() throws {
            let tuned = try TunedCgroup()
            for slot in 0..<EventMaps.capacity { try leave(tuned.tuner, at: slot) }
            try tuned.apply(Profile(controller: "reno"))
            guard let maps = try EventMaps.open(tuned.tuner.layout) else {
                Issue.record("there are no maps")
                return
            }
            // The change has swept them.
            for slot in 0..<EventMaps.capacity { #expect(try maps.entry(slot).pid == 0) }
            try leave(tuned.tuner, at: 0)
            var stream = try EventStream(tuned.tuner)
            #expect(try maps.entry(0).pid == UInt32(getpid()))
            _ = try TCPConnection.pair(client: tuned.placement)
            #expect(try kinds(&stream).count == 3)
        }

        @Test func garbageCollectionSweepsAKilledOne() throws {
            let tuned = try TunedCgroup()
            try leave(tuned.tuner, at: 3)
            _ = try tuned.tuner.collectGarbage()
            #expect(access(tuned.tuner.layout.root.string, F_OK) != 0)
        }
    }
}
