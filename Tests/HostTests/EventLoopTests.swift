import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

/// What an event loop waits for, and who it tells.
@Suite struct EventLoopTests {
    @Test func pollTellsWhoIsReady() throws {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let reading = OwnedDescriptor(FileDescriptor(rawValue: ends[0]))
        var writing: OwnedDescriptor? = OwnedDescriptor(FileDescriptor(rawValue: ends[1]))
        let raw = FileDescriptor(rawValue: ends[1])
        #expect(try Poll.wait([.reading(reading.raw)], until: 0).isEmpty)
        #expect(try Poll.wait([.reading(reading.raw), .writing(raw)], until: nil) == [raw])
        let begin = KernelClock.monotonic()
        #expect(try Poll.wait([], until: begin + 20_000_000).isEmpty)
        #expect(KernelClock.monotonic() >= begin + 20_000_000)
        try raw.writeAll([1])
        #expect(try Poll.wait([.reading(reading.raw)], until: nil) == [reading.raw])
        var byte: UInt8 = 0
        #expect(read(ends[0], &byte, 1) == 1)
        writing = nil
        // Nobody writes any more.
        #expect(try Poll.wait([.reading(reading.raw)], until: nil) == [reading.raw])
        _ = writing
    }

    @Test func signalsAreRead() throws {
        var signals = try SignalDescriptor([SIGUSR1, SIGUSR2])
        #expect(signals.next() == nil)
        pthread_kill(pthread_self(), SIGUSR1)
        pthread_kill(pthread_self(), SIGUSR2)
        #expect(
            try Poll.wait([.reading(signals.descriptor)], until: nil) == [signals.descriptor])
        #expect([signals.next(), signals.next()] == [SIGUSR1, SIGUSR2])
        #expect(signals.next() == nil)
    }

    private struct Manager: ~Copyable {
        let socket: OwnedDescriptor

        init(at name: [UInt8]) throws {
            socket = OwnedDescriptor(
                FileDescriptor(rawValue: Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)))
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
            let number = socket.raw.rawValue
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, socklen_t(2 + name.count))
                }
            }
            try #require(result == 0)
        }

        func message() throws -> String {
            try #require(
                try Poll.wait(
                    [.reading(socket.raw)], until: KernelClock.monotonic() + 5_000_000_000
                ).count == 1)
            var space = [UInt8](repeating: 0, count: 1024)
            let count = try space.withUnsafeMutableBytes { try socket.raw.read(into: $0) }
            return String(decoding: space[..<count], as: UTF8.self)
        }
    }

    @Test(arguments: [false, true]) func serviceManagerIsTold(isAbstract: Bool) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("notify").string
        let manager = try Manager(at: isAbstract ? [0] + path.utf8 : path.utf8 + [0])
        let service = ServiceManager(
            environment: ["NOTIFY_SOCKET": isAbstract ? "@" + path : path])
        service.notify(.ready, .status("12 pods\ntuned"))
        #expect(try manager.message() == "READY=1\nSTATUS=12 pods tuned")
        service.notify(.reloading)
        let reloading = try manager.message().split(separator: "=")
        #expect(reloading.first == "RELOADING" && reloading.count == 3)
        #expect(UInt64(reloading[2]).map { $0 <= KernelClock.monotonic() / 1000 } == true)
        service.notify(.alive)
        service.notify(.stopping)
        #expect(try [manager.message(), manager.message()] == ["WATCHDOG=1", "STOPPING=1"])
    }

    @Test func withoutServiceManager() {
        for name in ["", "relative", "/no/such/socket", "/" + String(repeating: "x", count: 200)] {
            ServiceManager(environment: ["NOTIFY_SOCKET": name]).notify(.ready)
        }
        func watchdog(_ environment: [String: String]) -> UInt64? {
            ServiceManager(environment: environment, pid: 7).watchdog
        }
        #expect(watchdog([:]) == nil)
        #expect(watchdog(["WATCHDOG_USEC": "20000"]) == 20_000_000)
        #expect(watchdog(["WATCHDOG_USEC": "20000", "WATCHDOG_PID": "7"]) == 20_000_000)
        #expect(watchdog(["WATCHDOG_USEC": "20000", "WATCHDOG_PID": "8"]) == nil)
        for text in ["", "0", "-1", "x", "18446744073709551615"] {
            #expect(watchdog(["WATCHDOG_USEC": text]) == nil)
        }
    }
}
