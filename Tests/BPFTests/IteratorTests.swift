import Host
import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct IteratorTests {
        /// `struct socket_record` of the fixture.
        struct SocketRecord: BitwiseCopyable, Equatable {
            var value: UInt64
            var state: UInt32
            var port: UInt32

            /// TCP_LISTEN
            var isListening: Bool { state == 10 }
        }

        init() throws { try KernelTest.require("ip") }

        private func object(only program: String) throws -> Object {
            var object = try Object(BPFPrograms.iterators)
            for declared in object.programs {
                try object.setAutoload(declared.name == program, ofProgram: declared.name)
            }
            try object.load()
            return object
        }

        @Test func oneIteratorSeesEveryNamespace() throws {
            let network = try NetworkPair()
            let here = try TCPServer()
            let there = try TCPServer(network.a.placement, address: network.a.ipv4)
            let iterator = try Iterator(object(only: "tcp_sockets").program(named: "tcp_sockets"))
            func listening() throws(BPFError) -> [UInt32] {
                var ports: [UInt32] = []
                try iterator.forEachRecord(of: SocketRecord.self) { record in
                    if record.isListening { ports.append(record.port) }
                }
                return ports
            }
            #expect(try listening().contains(UInt32(here.port)))
            let elsewhere = try NetworkNamespace.open(network.a.path)
                .perform { () throws(BPFError) in try listening() }.get()
            #expect(elsewhere == [UInt32(there.port)])
            #expect(try listening().contains(UInt32(here.port)))
        }

        @Test func readsMoreThanABufferOfRecords() throws {
            let network = try NetworkPair()
            let server = try TCPServer(network.a.placement, address: network.a.ipv4)
            let clients = try TCPConnection.connectMany(
                3000, network.b.placement, to: network.a.ipv4, port: server.port)
            let iterator = try Iterator(object(only: "tcp_sockets").program(named: "tcp_sockets"))
            let ports = try NetworkNamespace.open(network.b.path)
                .perform { () throws(BPFError) in
                    var ports: Set<UInt32> = []
                    try iterator.forEachRecord(of: SocketRecord.self) { ports.insert($0.port) }
                    return ports
                }.get()
            #expect(ports == Set(clients.map { UInt32($0.localPort) }))
        }

        @Test func anotherRecordSizeIsNoticed() throws {
            struct Odd: BitwiseCopyable {
                var bytes: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
            }
            let server = try TCPServer()
            let iterator = try Iterator(object(only: "tcp_sockets").program(named: "tcp_sockets"))
            var bytes = try iterator.drain()
            #expect(bytes >= MemoryLayout<SocketRecord>.size)
            // As many sockets that a multiple of 16 isn't one of 72.
            var more: [TCPServer] = []
            while bytes % MemoryLayout<Odd>.size == 0 {
                more.append(try TCPServer())
                bytes = try iterator.drain()
            }
            let error = #expect(throws: BPFError.self) {
                try iterator.forEachRecord(of: Odd.self) { _ in }
            }
            #expect(error?.code == .badFormat)
            #expect(server.port > 0)
        }

        @Test func seesTheSocketsOfAStorage() throws {
            let counted = try CountedCgroup { try $0.set(knob: "increment", to: 42) }
            let pair = try counted.connect()
            let object = try object(only: "stored_sockets")
            let iterator = try Iterator(
                object.program(named: "stored_sockets"), over: counted.object.map(named: "sockets"))
            var records: [SocketRecord] = []
            try iterator.forEachRecord(of: SocketRecord.self) { records.append(copy $0) }
            // TCP_ESTABLISHED
            #expect(
                records
                    == [SocketRecord(value: 42, state: 1, port: UInt32(pair.client.localPort))])
        }

        @Test func runsForItsEffect() throws {
            let map = try Map(
                .init(type: .hash, keySize: 4, valueSize: 8, maxEntries: 8, name: "tt_elements"))
            for key in 1...4 as ClosedRange<UInt32> { try map.update(key, to: UInt64(key)) }
            let object = try object(only: "elements")
            let iterator = try Iterator(object.program(named: "elements"), over: map)
            #expect(try iterator.drain() == 0)
            #expect(try iterator.drain() == 0)
            let seen = try object.map(named: "iterator.bss").value(for: UInt32(0), as: UInt64.self)
            #expect(seen == 20)
        }
    }
}
