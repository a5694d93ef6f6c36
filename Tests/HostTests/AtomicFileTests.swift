import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Host

@Suite struct AtomicFileTests {
    private func names(_ directory: FilePath) throws -> [String] {
        try Files.entries(in: directory, what: "").map(\.name)
    }

    @Test func replacesAsAWhole() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("tcptune.prom")
        try AtomicFile.write(Array("old\n".utf8), to: file)
        let before = try FileIdentity(at: file, what: "")
        try AtomicFile.write(Array("new\n".utf8), to: file)
        #expect(try Files.read(file, what: "") == "new\n")
        #expect(try FileIdentity(at: file, what: "") != before)
        #expect(try names(directory.path) == ["tcptune.prom"])
        #expect(try Stat(file).permissions == FilePermissions(rawValue: 0o644))
        try AtomicFile.write([], to: file, mode: .ownerReadWrite)
        #expect(try Stat(file).permissions == .ownerReadWrite)
        #expect(try Files.read(file, what: "") == "")
    }

    @Test func readersNeverSeeHalf() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("f")
        let contents = [UInt8(ascii: "a"), UInt8(ascii: "b")].map {
            [UInt8](repeating: $0, count: 1 << 20)
        }
        try AtomicFile.write(contents[0], to: file)
        let writer = try Thread {
            for i in 1...40 { try AtomicFile.write(contents[i % 2], to: file) }
        }
        for _ in 1...40 {
            let text = try Files.read(file, what: "")
            #expect(text.utf8.count == 1 << 20 && Set(text.utf8).count == 1)
        }
        try writer.join()
    }

    @Test func removesWhatAKilledOneLeft() throws {
        let directory = try TemporaryDirectory()
        try directory.write("left", to: ".f.new")
        try AtomicFile.write([UInt8(ascii: "x")], to: directory.path.appending("f"))
        #expect(try names(directory.path) == ["f"])
        // What can't be removed is an error, not an endless loop.
        try directory.write("x", to: ".f.new/x")
        #expect(throws: HostError.self) {
            try AtomicFile.write([], to: directory.path.appending("f"))
        }
    }

    @Test func severalWriteAtOnce() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path.appending("f")
        let writers = try (0..<4).map { writer in
            try Thread {
                let content = [UInt8](repeating: UInt8(ascii: "a") + UInt8(writer), count: 10_000)
                for _ in 0..<100 { try AtomicFile.write(content, to: file) }
            }
        }
        for writer in writers { try writer.join() }
        let text = try Files.read(file, what: "")
        #expect(text.utf8.count == 10_000 && Set(text.utf8).count == 1)
        #expect(try names(directory.path) == ["f"])
    }

    @Test func leavesTheOldFileOnErrors() throws {
        let directory = try TemporaryDirectory()
        // A directory can't be replaced by a file.
        try directory.write("x", to: "d/x")
        let onDirectory = #expect(throws: HostError.self) {
            try AtomicFile.write([1], to: directory.path.appending("d"))
        }
        #expect(onDirectory?.errno == .isDirectory)
        #expect(try names(directory.path) == ["d"])
        let missing = #expect(throws: HostError.self) {
            try AtomicFile.write([1], to: directory.path.appending("no/such"))
        }
        #expect(missing?.errno == .noSuchFileOrDirectory)
        #expect(missing?.subject == directory.path.appending("no/such").string)
    }

    @Test func leavesNothingOnAFullDisk() throws {
        try KernelTest.require("mount")
        let directory = try TemporaryDirectory()
        let path = directory.path
        try Command.check(["mount", "-t", "tmpfs", "-o", "size=64k", "none", path.string])
        defer { path.withPlatformString { _ = umount($0) } }
        let file = path.appending("f")
        try AtomicFile.write(Array("old".utf8), to: file)
        let full = #expect(throws: HostError.self) {
            try AtomicFile.write([UInt8](repeating: 0, count: 1 << 20), to: file)
        }
        #expect(full?.errno == .noSpace)
        #expect(try Files.read(file, what: "") == "old")
        #expect(try names(path) == ["f"])
    }
}
