import BPF
import Foundation
import HeaderOptions
import SystemPackage
import TestSupport
import Testing

@testable import Workshop

extension KernelSuites {
    /// The oldest compiler that plug-ins may be built with.
    @Suite struct OldestClangTests {
        private static let clang = try? Clang.find("clang-\(Clang.oldest)", in: Clang.searchPath)
        private static let sources = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "bpf/cc")

        /// Compilers leave different values in registers: the verifier may accept one's object of a
        /// source and refuse another's.
        @Test(
            .enabled(if: clang != nil, "clang-\(Clang.oldest) isn't installed"),
            arguments: [
                "tt_bbr3", "tt_copa", "tt_cubic", "tt_dctcp", "tt_ledbatpp", "tt_reno", "tt_vegas",
            ])
        func theVerifierAcceptsWhatItMakesOf(_ name: String) throws {
            try KernelTest.require()
            let directory = try TemporaryDirectory()
            let file = directory.path.appending("object")
            try Compiler(try #require(Self.clang)).build(
                FilePath(Self.sources.appending(path: "\(name).bpf.c").path), to: file)
            let bytes = try #require(FileManager.default.contents(atPath: file.string))
            var object = try Object(elf: [UInt8](bytes), name: name)
            try object.load()
            #expect(!object.programs.isEmpty)
        }

        @Test(.enabled(if: clang != nil, "clang-\(Clang.oldest) isn't installed"))
        func theVerifierAcceptsANewHeaderOption() throws {
            try KernelTest.require()
            // Where a plug-in may be.
            let directory = try TemporaryDirectory(below: "/run")
            let scaffold = try Scaffold("mine", .option, in: directory.path, taken: [])
            try scaffold.make()
            try Compiler(try #require(Self.clang), for: .option).build(
                scaffold.directory.appending("mine.bpf.c"),
                to: scaffold.directory.appending("mine.bpf.o"))
            try OptionPlugin(at: scaffold.directory).tryLoading()
        }
    }
}
