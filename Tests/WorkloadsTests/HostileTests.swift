import Glibc
import Statistics
import TestSupport
import Testing

@testable import Workloads

extension SocketSuites {
    /// What a server on the open network has to live with.
    @Suite struct HostileTests {
        @Test func garbageIsCountedAndClosed() throws {
            let server = try RunningServer()
            var random = SplitMix64(seed: 1, stream: 0)
            for _ in 0..<50 {
                let connection = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
                try connection.send((0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) })
                // Closed by a reset, or in an orderly manner where all was read.
                _ = try? connection.receiveAll()
            }
            try expectServes(server)
            let report = try server.stop()
            #expect(report.failures == ["malformed": 50])
        }

        @Test func headersMayComeInPieces() throws {
            let server = try RunningServer()
            let connection = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
            try connection.options.set(CInt(IPPROTO_TCP), TCP_NODELAY, 1)
            for byte in TransferHeader(flow: 9, up: 3, down: 1000, exchanges: 2).bytes {
                try connection.send([byte])
            }
            for _ in 0..<2 {
                try connection.send([1])
                try connection.send([2, 3])
                var received = 0
                while received < 1000 { received += try connection.receive().count }
                #expect(received == 1000)
            }
            #expect(try connection.receive().isEmpty)
            let report = try server.stop()
            #expect(report.failures.isEmpty)
            #expect(report.received.bytes == 6 && report.sent.bytes == 2000)
        }

        @Test func dataBeyondTheHeadersIsRefused() throws {
            let server = try RunningServer()
            let connection = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
            try connection.send(TransferHeader(flow: 9, up: 3, down: 1).bytes + [1, 2, 3, 4])
            _ = try? connection.receiveAll()
            #expect(try server.stop().failures == ["malformed": 1])
        }

        @Test func deadConnectionsAreCounted() throws {
            let server = try RunningServer()
            // Partial headers, closed and reset, and a reset in the middle of an answer.
            let header = TransferHeader(flow: 1, up: 10, down: 10_000_000).bytes
            let closed = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
            try closed.send(Array(header.prefix(20)))
            try closed.finish()
            let reset = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
            try reset.send(Array(header.prefix(20)))
            try reset.abort()
            let middle = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
            try middle.send(header + [UInt8](repeating: 0, count: 10))
            _ = try middle.receive()
            try middle.abort()
            try expectServes(server)
            #expect(try server.stop().failures == ["closed-early": 1, "reset": 2])
        }

        @Test func idleConnectionsAreClosed() throws {
            let server = try RunningServer { $0.idleTimeout = 0.2 }
            let connection = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
            try connection.send(TransferHeader(flow: 1, up: 10, down: 10).bytes)
            #expect(throws: (any Error).self) {
                // A reset.
                _ = try connection.receive()
            }
            #expect(try server.stop().failures == ["idle": 1])
        }

        @Test func tooManyConnectionsAreTurnedAway() throws {
            let server = try RunningServer { $0.maximumConnections = 10 }
            let all = try TCPConnection.connectMany(15, to: "127.0.0.1", port: server.port)
            for connection in all.suffix(5) {
                #expect((try? connection.receive().isEmpty) ?? true)
            }
            #expect(try server.stop().failures == ["too-many": 5])
        }

        @Test func thousandsOfConnectionsShareTheServer() throws {
            let server = try RunningServer()
            let header = TransferHeader(flow: 1, up: 10, down: 50_000, exchanges: 2).bytes
            let all = try TCPConnection.connectMany(3000, to: "127.0.0.1", port: server.port)
            for connection in all { try connection.send(header) }
            for connection in all.reversed() {
                try connection.send([UInt8](repeating: 0, count: 20))
            }
            #expect(try all.allSatisfy { try $0.receiveAll() == 100_000 })
            let report = try server.stop()
            #expect(report.connections == 3000)
            #expect(report.failures.isEmpty)
            #expect(report.received.bytes == 60_000 && report.sent.bytes == 300_000_000)
        }

        @Test func aSignalEndsBothEndsWithTheirReports() throws {
            let server = try RunningServer()
            var options = LoadClient.Options(
                workload: try Workload(parsing: "bulk:20s"),
                addresses: [ServerAddress(host: "127.0.0.1", port: server.port)])
            options.recordsAfter = 0
            let asked = options
            let client = try Background { try LoadClient.run(asked) }
            // Once traffic flows, the signal is blocked there.
            usleep(100_000)
            client.signal(SIGTERM)
            let report = try client.value()
            #expect(!report.isComplete)
            #expect(report.received.bytes > 0)
            #expect(report.windowEnd < 10)
            _ = try server.stop()
        }

        @Test func manyFlowsAreBoundedInTheReport() throws {
            let server = try RunningServer { $0.recordsAfter = nil }
            let client = try run("rr:500ms,concurrency=1500,think=1s", to: server.port)
            let report = try server.stop()
            #expect(report.flows.isEmpty && report.pointsDropped == 0)
            // Beyond 1024 a record has its last point only.
            #expect(client.flows.count == 1500)
            #expect(client.flows.count { $0.series.time.count == 1 } >= 476)
            #expect(client.pointsDropped > 0)
        }

        private func expectServes(_ server: RunningServer) throws {
            let connection = try TCPConnection.connect(to: "127.0.0.1", port: server.port)
            try connection.send(TransferHeader(flow: 1, up: 0, down: 77).bytes)
            #expect(try connection.receiveAll() == 77)
        }
    }
}
