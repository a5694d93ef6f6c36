import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import BPF

extension KernelTests {
    @Suite struct PinDirectoryTests {
        init() throws { try KernelTest.require() }

        @Test func makesListsMovesAndRemoves() throws {
            let pins = try TemporaryPins("bpf-pin-tests")
            let files = pins.directory
            let map = try Map(
                .init(type: .array, keySize: 4, valueSize: 4, maxEntries: 1, name: "tt_test"))
            #expect(try files.list() == [])
            try files.makeDirectory("a/b")
            try files.makeDirectory("a/b")
            var information = stat()
            let result = pins.path("a").withPlatformString { stat($0, &information) }
            #expect(result == 0 && information.st_mode & 0o777 == 0o700)

            try map.pin(at: pins.path("a/b/map"))
            try map.pin(at: pins.path("a/other"))
            #expect(try files.list("a") == ["b", "other"])
            try files.rename("a/b/map", to: "a/other")
            #expect(try files.list("a/b") == [])
            #expect(try files.unlink("a/other"))
            #expect(try !files.unlink("a/other"))
            #expect(throws: BPFError.self) { try files.removeDirectory("a") }
            #expect(try files.removeDirectory("a/b"))
            #expect(try files.removeDirectory("a"))
            #expect(try !files.removeDirectory("a"))
            #expect(try files.list("a") == [])
        }

        @Test func otherFileSystemsAreRefused() {
            let other = #expect(throws: BPFError.self) { _ = try PinDirectory(at: "/tmp") }
            #expect(other?.code == .notSupported)
            #expect(other?.hint?.contains("mount -t bpf") == true)
            let none = #expect(throws: BPFError.self) { _ = try PinDirectory(at: "/nowhere") }
            #expect(none?.code == .notFound)
        }

        @Test func probesTellFeaturesFromPrivileges() throws {
            #expect(try Probe.trying { () throws(BPFError) in } == .supported)
            let missing = BPFError(.notSupported, what: "create", subject: "x")
            #expect(
                try Probe.trying { () throws(BPFError) in throw missing } == .unsupported(missing))
            #expect(throws: BPFError.self) {
                _ = try Probe.trying { () throws(BPFError) in
                    throw BPFError(.permission, what: "create", subject: "x")
                }
            }
        }
    }
}
