import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@Suite struct InotifyTests {
    /// Kind and name of what has happened; overflows are none.
    private func named(_ events: [Inotify.Event]) -> [(Inotify.Kind, String)] {
        events.compactMap { event in
            guard case .happened(let kind, let name, _) = event else { return nil }
            return (kind, name)
        }
    }

    @Test func tellsWhatHappens() throws {
        let directory = try TemporaryDirectory()
        var inotify = try Inotify()
        let watch = try inotify.watch(directory.path, for: [.appeared, .vanished])
        #expect(try inotify.events().isEmpty)
        #expect(try Poll.wait([.reading(inotify.descriptor)], until: 0).isEmpty)

        let inner = directory.path.appending("inner")
        _ = inner.withPlatformString { mkdir($0, 0o755) }
        #expect(
            try Poll.wait([.reading(inotify.descriptor)], until: nil) == [inotify.descriptor])
        _ = inner.withPlatformString { rmdir($0) }
        let events = named(try inotify.events())
        #expect(events.map(\.1) == ["inner", "inner"])
        #expect(Inotify.Kind.appeared.contains(events[0].0))
        #expect(Inotify.Kind.vanished.contains(events[1].0))

        inotify.unwatch(watch)
        _ = inner.withPlatformString { mkdir($0, 0o755) }
        #expect(named(try inotify.events()).allSatisfy { Inotify.Kind.lost.contains($0.0) })
    }

    /// cgroupfs tells its parent when a directory goes, and nobody else.
    @Test func seesCgroups() throws {
        try KernelTest.require()
        let cgroup = try TemporaryCgroup()
        var inotify = try Inotify()
        _ = try inotify.watch(cgroup.path, for: [.appeared, .vanished])
        do { _ = try cgroup.child("pod") }
        #expect(named(try inotify.events()).map(\.1) == ["pod", "pod"])
    }

    @Test func saysWhenItLostSome() throws {
        let directory = try TemporaryDirectory()
        var inotify = try Inotify()
        _ = try inotify.watch(directory.path, for: .appeared)
        let text = try Files.bytes("/proc/sys/fs/inotify/max_queued_events", what: "")
        let limit = try #require(
            Int(String(decoding: text, as: UTF8.self).filter { $0.isNumber }))
        // Different names: the same event twice counts once.
        for index in 0...limit {
            let file = directory.path.appending("\(index)")
            _ = file.withPlatformString { mknod($0, S_IFREG | 0o600, 0) }
        }
        let hasOverflow = try inotify.events().contains { event in
            if case .overflow = event { true } else { false }
        }
        #expect(hasOverflow)
    }

    @Test func refuses() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("", to: "file")
        var inotify = try Inotify()
        #expect(throws: HostError.self) { _ = try inotify.watch("/no/such", for: .appeared) }
        #expect(throws: HostError.self) { _ = try inotify.watch(file, for: .appeared) }
    }
}
