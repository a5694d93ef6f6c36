import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite struct FileLockTests {
    private func busy(_ path: FilePath, _ mode: FileLock.Mode, _ wait: FileLock.Wait) -> Bool {
        do {
            _ = try FileLock(path, mode, wait: wait)
            return false
        } catch {
            #expect(error.code == .lockBusy)
            return true
        }
    }

    /// Another process that holds the lock for as long as the value lives.
    private func holder(_ path: FilePath, _ mode: String) throws -> ChildProcess {
        let child = try ChildProcess(
            ["flock", "--no-fork", mode, path.string, "sh", "-c", "echo locked; exec sleep 60"])
        #expect(try eventually { try child.standardOutput().contains("locked") })
        return child
    }

    @Test func exclusiveKeepsOthersOut() throws {
        let directory = try TemporaryDirectory()
        do {
            let lock = try FileLock(directory.path, .exclusive, wait: .never)
            #expect(busy(directory.path, .exclusive, .never))
            #expect(busy(directory.path, .shared, .upTo(.milliseconds(20))))
            let other = try Command.run(["flock", "-n", directory.path.string, "true"])
            #expect(other.status == 1)
            _ = consume lock
        }
        #expect(!busy(directory.path, .exclusive, .never))
    }

    @Test func sharedLetsReadersIn() throws {
        let directory = try TemporaryDirectory()
        let reader = try holder(directory.path, "-s")
        #expect(!busy(directory.path, .shared, .never))
        #expect(busy(directory.path, .exclusive, .never))
        withExtendedLifetime(reader) {}
    }

    @Test(arguments: [FileLock.Wait.forever, .upTo(.seconds(10))])
    func getsADeadHoldersLock(wait: FileLock.Wait) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        let child = try holder(path, "-x")
        #expect(busy(path, .exclusive, .never))
        let waiting = try Thread { _ = try FileLock(path, .exclusive, wait: wait) }
        try child.signal(SIGKILL)
        try waiting.join()
    }

    @Test func followsAReplacedDirectory() throws {
        let directory = try TemporaryDirectory()
        let place = directory.path.appending("place")
        let aside = directory.path.appending("aside")
        try #require(place.withPlatformString { mkdir($0, 0o700) } == 0)
        let old = try FileLock(place, .exclusive)
        let path = place
        let waiting = try Thread {
            let lock = try FileLock(path, .exclusive)
            // It must be the new directory's: nobody else gets that one.
            let other = try Command.run(["flock", "-n", path.string, "true"])
            #expect(other.status == 1)
            _ = consume lock
        }
        // The waiter is in flock(2) when /proc/locks shows it behind an arrow.
        let inode = try FileIdentity(at: place, what: "").inode
        #expect(
            try eventually {
                try Files.read("/proc/locks", what: "").split(separator: "\n").contains {
                    $0.contains("->") && $0.contains(":\(inode) ")
                }
            })
        try #require(
            place.withPlatformString { from in aside.withPlatformString { rename(from, $0) } } == 0)
        try #require(place.withPlatformString { mkdir($0, 0o700) } == 0)
        _ = consume old
        try waiting.join()
    }

    @Test func needsADirectory() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("x", to: "file")
        let missing = directory.path.appending("none")
        let notThere = #expect(throws: HostError.self) { _ = try FileLock(missing, .shared) }
        #expect(notThere?.errno == .noSuchFileOrDirectory)
        let noDirectory = #expect(throws: HostError.self) { _ = try FileLock(file, .shared) }
        #expect(noDirectory?.errno == .notDirectory)
    }

    @Test func worksOnBPFFilesystems() throws {
        try KernelTest.require()
        let path = try #require(try BPFFilesystem.find()).mountPoint
        let directory = try TemporaryDirectory(below: path)
        let lock = try FileLock(directory.path, .exclusive, wait: .never)
        #expect(busy(directory.path, .shared, .never))
        _ = consume lock
    }
}
