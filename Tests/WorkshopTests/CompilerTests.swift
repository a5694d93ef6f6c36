import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Workshop

/// Needs a clang for BPF, as building tcptune does.
@Suite final class CompilerTests {
    private let directory: TemporaryDirectory
    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func entries(_ path: FilePath) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path.string).sorted()
    }

    private func bytes(_ path: FilePath) throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: path.string)))
    }

    /// A program in the test's directory.
    private func script(_ name: String, _ text: String) throws -> FilePath {
        let path = directory.path.appending(name)
        // Written by another process: what this one starts meanwhile would hold it open, and nobody
        // can run what somebody writes to.
        try Command.check(
            ["sh", "-c", "mkdir -p \"${0%/*}\" && cat >\"$0\" && chmod 755 \"$0\"", path.string],
            input: Array("#!/bin/sh\n\(text)\n".utf8))
        return path
    }

    /// This machine's clang, without any header of the system.
    private func bareClang() throws -> Clang {
        let real = try Clang.find(in: Clang.searchPath)
        let bare = try script("bare/clang", "exec \(real.path) -nostdlibinc \"$@\"")
        return try Clang.find(bare.string, in: Clang.searchPath)
    }

    private func scaffold(_ name: String = "mine", in place: String = ".") throws -> FilePath {
        let parent = directory.path.appending(place)
        parent.withPlatformString { _ = mkdir($0, 0o755) }
        let scaffold = try Scaffold(name, in: parent, taken: [])
        try scaffold.make()
        return scaffold.directory
    }

    @Test func aNewPluginBuildsWithoutTheSystemsHeaders() throws {
        let plugin = try scaffold()
        let object = plugin.appending("mine.bpf.o")
        let size = try Compiler(try bareClang()).build(
            plugin.appending("mine.bpf.c"), to: object)
        let elf = try bytes(object)
        #expect(elf.count == size && elf.starts(with: Array("\u{7f}ELF".utf8)))
        #expect(!String(decoding: elf, as: UTF8.self).contains(".debug_info"))
        #expect(
            try entries(plugin) == ["README.md", "cc.yaml", "mine.bpf.c", "mine.bpf.o"])
    }

    @Test func theShippedControllersBuildTheSameWay() throws {
        let sources = Self.repository.appending(path: "bpf/cc")
        let names = try FileManager.default.contentsOfDirectory(atPath: sources.path)
            .filter { $0.hasSuffix(".bpf.c") }
        #expect(names.count >= 7)
        let compiler = Compiler(try bareClang())
        for name in names {
            try compiler.build(
                FilePath(sources.appending(path: name).path),
                to: directory.path.appending("\(name).o"))
        }
    }

    @Test func theObjectDoesntDependOnThePlace() throws {
        let compiler = Compiler(try Clang.find(in: Clang.searchPath))
        let objects = try ["here", "there/"].map { place in
            let plugin = try scaffold(in: place)
            let object = directory.path.appending("object")
            try compiler.build(plugin.appending("mine.bpf.c"), to: object)
            return try bytes(object)
        }
        #expect(objects[0] == objects[1])
    }

    @Test func whatDoesntCompileSaysWhereAndChangesNothing() throws {
        let source = try directory.write(
            "#include <tcptune/cc.h>\n\nint broken(void) { return nonsense; }\n",
            to: "bad/bad.bpf.c")
        let object = try directory.write("old", to: "bad/bad.bpf.o")
        let files = try TemporaryDirectory()
        let error = #expect(throws: WorkshopError.self) {
            try Compiler(
                try Clang.find(in: Clang.searchPath), temporary: files.path
            ).build(source, to: object)
        }
        #expect(error?.code == .source)
        #expect(error?.description.contains("\(source):3:27: error: ") == true)
        #expect(try bytes(object) == Array("old".utf8))
        #expect(try entries(directory.path.appending("bad")) == ["bad.bpf.c", "bad.bpf.o"])
        #expect(try entries(files.path).isEmpty)
    }

    @Test func aMissingSourceIsClangsWordToo() throws {
        let error = #expect(throws: WorkshopError.self) {
            try Compiler(try Clang.find(in: Clang.searchPath)).build(
                directory.path.appending("none.bpf.c"), to: directory.path.appending("none.bpf.o"))
        }
        #expect(error?.code == .source)
        #expect(try entries(directory.path).isEmpty)
    }

    @Test func itTakesTheNewestClangThatCan() throws {
        let fake = { (version: Int, targets: String) in
            """
            case $1 in
            --version) echo "Some clang version \(version).0.1" ;;
            --print-targets) echo "  \(targets) - it" ;;
            esac
            """
        }
        _ = try script("clang", fake(13, "bpf"))
        _ = try script("clang-15", fake(15, "bpf"))
        _ = try script("clang-16", fake(16, "bpf"))
        _ = try script("clang-17", fake(17, "x86"))
        let found = try Clang.find(in: [directory.path])
        #expect(found.path.lastComponent == "clang-16" && found.version == 16)
        #expect(found.strip == nil)
        _ = try script("llvm-strip-16", "")
        #expect(try Clang.find(in: [directory.path]).strip?.lastComponent == "llvm-strip-16")

        for (wanted, reason) in [
            ("clang", "is version 13"), ("clang-17", "can't compile for BPF"),
            ("clang-18", "there is none"),
        ] {
            let error = #expect(throws: WorkshopError.self) {
                try Clang.find(wanted, in: [directory.path])
            }
            #expect(error?.code == .noCompiler && error?.reason.contains(reason) == true)
        }
        _ = try script("not", "echo hello")
        let error = #expect(throws: WorkshopError.self) {
            try Clang.find(directory.path.appending("not").string, in: [])
        }
        #expect(error?.reason.contains("isn't clang") == true)
    }

    @Test func withoutAToolToStripItKeepsTheDWARF() throws {
        let clang = try Clang.find(in: Clang.searchPath)
        let plugin = try scaffold()
        let object = plugin.appending("mine.bpf.o")
        try Compiler(Clang(path: clang.path, version: clang.version, strip: nil))
            .build(plugin.appending("mine.bpf.c"), to: object)
        #expect(String(decoding: try bytes(object), as: UTF8.self).contains(".debug_info"))
    }
}
