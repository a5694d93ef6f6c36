import Glibc
import Host
import SystemPackage
import TestSupport
import Testing

@testable import GRPC
@testable import Pods

/// A watch and the loop around it.
final class WatchLoop {
    var watch: PodWatch

    init(_ endpoints: [FilePath], polling: Duration = .seconds(3600)) throws {
        watch = PodWatch(try .discover(), endpoints: endpoints, polling: polling)
    }

    var source: String { watch.source }
    var hasEvents: Bool { watch.hasEvents }
    var deadline: UInt64? { watch.deadline }

    /// Waits until pods may have changed; false: they didn't within the time.
    func changes(within limit: Duration = .seconds(5)) throws -> Bool {
        let end = KernelClock.monotonic() + UInt64(limit / .nanoseconds(1))
        while true {
            let ready = try Poll.wait(
                watch.interests, until: min(watch.deadline ?? end, end))
            let now = KernelClock.monotonic()
            if watch.handle(ready, now: now) { return true }
            if now >= end { return false }
        }
    }

    /// Goes on until all is quiet.
    func settle() throws {
        while try changes(within: .milliseconds(300)) {}
    }
}

@Suite struct PodTreeTests {
    private static let uid = "0a1b2c3d-1111-2222-3333-444455556666"

    private func change(
        _ path: String, in cgroup: borrowing TemporaryCgroup,
        _ call: (UnsafePointer<CChar>) -> CInt = { mkdir($0, 0o755) }
    ) throws {
        let path = cgroup.path.pushing(FilePath(path))
        try #require(path.withPlatformString(call) == 0)
    }

    @Test func seesPodsComeAndGo() throws {
        try KernelTest.require()
        var tree = try PodTree.watching(.discover())
        let node = try TemporaryCgroup()
        let pod = "kubepods/burstable/pod\(Self.uid)"
        try change("kubepods", in: node)
        try change("kubepods/burstable", in: node)
        try change("system.slice", in: node)
        #expect(try !tree.hasChanged())
        try change(pod, in: node)
        #expect(try tree.hasChanged())
        #expect(try !tree.hasChanged())
        // Its sandbox, and nothing after that.
        try change(pod + "/other", in: node)
        #expect(try !tree.hasChanged())
        try change(pod + "/" + CgroupTreeTests.id, in: node)
        #expect(try tree.hasChanged())
        try change(pod + "/" + CgroupTreeTests.id, in: node, rmdir)
        try change(pod + "/" + CgroupTreeTests.id, in: node)
        #expect(try !tree.hasChanged())
        for path in ["/" + CgroupTreeTests.id, "/other", ""] {
            #expect(try !tree.hasChanged())
            try change(pod + path, in: node, rmdir)
        }
        #expect(try tree.hasChanged())
        try change("kubepods/burstable", in: node, rmdir)
        try change("kubepods", in: node, rmdir)
        #expect(try !tree.hasChanged())
    }

    /// Directories that were made before those above were watched, and ones that didn't last.
    @Test func seesWhatWasQuick() throws {
        try KernelTest.require()
        let node = try TemporaryCgroup()
        var tree = try PodTree.watching(.discover())
        for path in [
            "kubepods.slice", "kubepods.slice/kubepods-besteffort.slice",
            "kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podcafe.slice",
        ] { try change(path, in: node) }
        #expect(try tree.hasChanged())
        try change("a", in: node)
        try change("a/kubepods", in: node)
        try change("a/kubepods/podcafe", in: node)
        for path in ["a/kubepods/podcafe", "a/kubepods", "a"] {
            try change(path, in: node, rmdir)
        }
        #expect(try !tree.hasChanged())
        try change("a", in: node)
        try change("a/kubepods", in: node)
        #expect(try !tree.hasChanged())
        try change("a/kubepods/podcafe", in: node)
        #expect(try tree.hasChanged())
    }

    /// More than the kernel keeps: all is looked at again.
    @Test func seesTheRestAfterAnOverflow() throws {
        try KernelTest.require()
        let node = try TemporaryCgroup()
        var tree = try PodTree.watching(.discover())
        let text = try Files.bytes("/proc/sys/fs/inotify/max_queued_events", what: "")
        let limit = try #require(
            Int(String(decoding: text, as: UTF8.self).filter { $0.isNumber }))
        for index in 0...limit / 2 {
            try change("x\(index)", in: node)
            try change("x\(index)", in: node, rmdir)
        }
        try change("kubepods", in: node)
        #expect(try tree.hasChanged())
        try change("kubepods/podcafe", in: node)
        #expect(try tree.hasChanged())
    }
}

/// What is told by runtimes of all kinds.
@Suite struct PodWatchTests {
    @Test(arguments: [
        ("containerd", "v2.0.0", true), ("containerd", "2.1.4~ds2", true),
        ("containerd", "1.7.24~ds1", false), ("containerd", "1.6.20", false),
        ("cri-o", "1.28.0", true), ("cri-o", "1.27.4", false), ("cri-o", "2.0.0", true),
        ("docker", "28.1.0", false), ("containerd", "", false), ("containerd", "master", false),
    ]) func whoSharesEvents(runtime: String, version: String, isShared: Bool) throws {
        var bytes = ProtobufWriter()
        bytes.add(2, runtime)
        bytes.add(3, version)
        #expect(try CRI.Version(bytes.bytes).sharesEvents == isShared)
    }

    @Test func listensToEvents() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("s")
        let runtime = try FakeRuntime(at: path)
        let loop = try WatchLoop([path])
        #expect(!loop.hasEvents)
        try runtime.accept(FakeRuntime.version("containerd", "v2.1.4"))
        try loop.settle()
        try runtime.accept([])
        try loop.settle()
        #expect(loop.hasEvents)
        #expect(loop.source == "events of containerd v2.1.4")
        #expect(loop.deadline == nil)
        runtime.send([FakeRuntime.message { $0.add(1, "some container") }])
        #expect(try loop.changes())
        #expect(try !loop.changes(within: .milliseconds(50)))
    }

    /// It goes, comes back as one that is too old, and is hung.
    @Test func comesBack() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("s")
        var runtime: FakeRuntime? = try FakeRuntime(at: path)
        let loop = try WatchLoop([path])
        try runtime?.accept(FakeRuntime.version("cri-o", "1.30.1"))
        try loop.settle()
        try runtime?.accept([])
        try loop.settle()
        #expect(loop.source == "events of cri-o 1.30.1")

        runtime = nil
        #expect(try loop.changes())
        #expect(!loop.hasEvents)
        #expect(loop.source.contains("list every 3600.0 seconds: \(path): "))

        runtime = try FakeRuntime(at: path)
        try loop.settle()
        try runtime?.accept(FakeRuntime.version("containerd", "1.7.24"))
        try loop.settle()
        #expect(
            loop.source.hasSuffix("containerd 1.7.24 has no events for several clients"))
        #expect(loop.deadline != nil)
    }

    @Test(arguments: [
        [FakeRuntime.end("12", "unknown method GetContainerEvents")], [FakeRuntime.end("0")],
    ]) func hasNone(answer: [Frame]) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("s")
        let runtime = try FakeRuntime(at: path)
        let loop = try WatchLoop([path])
        try runtime.accept(FakeRuntime.version("cri-o", "1.31.0"))
        try loop.settle()
        try runtime.accept(answer)
        try loop.settle()
        #expect(!loop.hasEvents)
        #expect(loop.source.hasSuffix("cri-o 1.31.0 has no events for several clients"))
    }

    private func source(_ watch: borrowing PodWatch) -> String { watch.source }

    /// Silent, not a runtime, and not there.
    @Test func noRuntime() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("s")
        let silent = try FakeRuntime(at: path)
        var now = KernelClock.monotonic()
        var watch = PodWatch(try .discover(), endpoints: [path], polling: .seconds(5), now: now)
        while case let deadline? = watch.deadline, deadline < now + 3_500_000_000 {
            _ = watch.handle([], now: deadline)
            if watch.source.contains("no answer in time") { break }
        }
        #expect(source(watch).hasSuffix("list every 5.0 seconds: \(path): no answer in time"))
        withExtendedLifetime(silent) {}

        watch = PodWatch(try .discover(), endpoints: ["/no/a", "/no/b"])
        #expect(source(watch).hasSuffix("list every 5.0 seconds"))
        // Connecting again, more and more seldom.
        now = KernelClock.monotonic() + 3_600_000_000_000
        var attempts = 0
        let end = now + 60_000_000_000
        while let deadline = watch.deadline, deadline < end {
            _ = watch.handle([], now: max(now, deadline))
            attempts += 1
        }
        #expect((10...200).contains(attempts))
    }

    /// Often right after something has happened, then less and less.
    @Test func listsLessAndLess() throws {
        let begin = KernelClock.monotonic()
        var watch = PodWatch(
            try .discover(), endpoints: [], polling: .seconds(5), now: begin)
        var times: [Double] = []
        while let deadline = watch.deadline, deadline < begin + 60_000_000_000 {
            let hasChanged = watch.handle([], now: deadline)
            #expect(hasChanged)
            times.append(Double(deadline - begin) / 1e9)
        }
        let pauses = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(times[0] == 0 && pauses[0] == 0.05)
        #expect(pauses.max().map { abs($0 - 5) < 1e-6 } == true)
        #expect((20...60).contains(times.count))
        for (time, pause) in zip(times, pauses) { #expect(pause <= max(0.05, time / 4) + 1e-6) }
    }
}
