import BPF
import Glibc
import Host
import Profiles
import SystemPackage
import TestSupport
import Testing

@testable import CongestionControl

/// Everything that a plug-in can be refused for, each violated by itself.
@Suite struct PluginTests {
    private let folder: PluginFolder

    init() throws {
        try KernelTest.require("chown", "chmod", "ln", "mkfifo", "truncate")
        folder = try PluginFolder()
    }

    private func refuses(
        _ path: FilePath, _ code: CongestionControlError.Code = .invalidPlugin,
        saying words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: CongestionControlError.self, sourceLocation: sourceLocation) {
            _ = try ControllerPlugin(at: path)
        }
        #expect(error?.code == code, "\(error?.description ?? "")", sourceLocation: sourceLocation)
        for word in words {
            #expect(
                error?.description.contains(word) ?? false, "\(error?.description ?? "")",
                sourceLocation: sourceLocation)
        }
    }

    @Test func aWholeOneIsRead() throws {
        let path = try folder.add("ttplug")
        var passed: [ControllerPlugin.Check] = []
        let plugin = try ControllerPlugin(at: path) { check, _ in passed.append(check) }
        try plugin.tryLoading { check, _ in passed.append(check) }
        #expect(passed == ControllerPlugin.Check.allCases)
        #expect(plugin.name == "ttplug")
        #expect(plugin.description == "A test's.")
        #expect(plugin.directory == path)
        #expect(plugin.digest.count == 16)
        #expect(plugin.parameters.map(\.name) == ["cwnd_segments", "strict"])
        #expect(plugin.parameters.map(\.range) == [2...1000, 0...1])
        try folder.add(window: 11)
        #expect(try ControllerPlugin(at: path).digest != plugin.digest)
    }

    @Test func aPathMayBeRelativeAndHaveDots() throws {
        try folder.add("ttplug")
        try folder.add("two")
        let plugin = try ControllerPlugin(at: folder.path.pushing("two/../ttplug/"))
        #expect(plugin.directory == folder.path.appending("ttplug"))
        let name = try #require(folder.path.lastComponent).string
        let binary = try TestBinary.path()
        let shown = try Command.check(
            ["sh", "-c", "cd /run && \(binary) cc show ./\(name)/ttplug"])
        #expect(shown.contains("cwnd_segments"))
    }

    // Who can write it.

    @Test(arguments: ["", "/cc.yaml", "/ttplug.bpf.o"], ["g+w", "o+w"])
    func othersMustNotWrite(_ file: String, _ mode: String) throws {
        let path = try folder.add("ttplug")
        try folder.run("chmod", mode, path.string + file)
        refuses(path, saying: "can be written by", "chmod go-w \(path)\(file)")
    }

    @Test(arguments: ["", "/cc.yaml", "/ttplug.bpf.o"])
    func rootMustOwn(_ file: String) throws {
        let path = try folder.add("ttplug")
        try folder.run("chown", "65534", path.string + file)
        refuses(path, saying: "belongs to user 65534", "chown root:root \(path)\(file)")
    }

    @Test func nobodyElseMayWriteAbove() throws {
        let path = try folder.add("ttplug")
        try folder.run("chmod", "g+w", folder.path.string)
        refuses(path, saying: "\(folder.path) can be written by its group")
        try folder.run("chmod", "g-w", folder.path.string)
        try folder.run("chown", "65534", folder.path.string)
        refuses(path, saying: "\(folder.path) belongs to")
    }

    @Test func aStickyDirectoryIsNotSafe() throws {
        let path = try folder.add("ttplug")
        try folder.run("chmod", "1777", folder.path.string)
        refuses(path, saying: "can be written by everybody", "elsewhere")
    }

    @Test func symbolicLinksAreRefused() throws {
        let path = try folder.add("ttplug")
        let parent = try PluginFolder()
        try folder.run("ln", "-s", path.string, parent.path.appending("ttplug").string)
        refuses(parent.path.appending("ttplug"), saying: "ttplug is a symbolic link")
        try folder.run("ln", "-s", folder.path.string, parent.path.appending("up").string)
        refuses(parent.path.pushing("up/ttplug"), saying: "up is a symbolic link")
        for file in ["cc.yaml", "ttplug.bpf.o"] {
            let elsewhere = parent.path.appending(file).string
            try folder.run("mv", path.appending(file).string, elsewhere)
            try folder.run("ln", "-s", elsewhere, path.appending(file).string)
            refuses(path, saying: "\(file) is a symbolic link")
            try folder.run("mv", "-f", elsewhere, path.appending(file).string)
        }
        _ = try ControllerPlugin(at: path)
    }

    // What there is to read.

    @Test func whatIsNoFileIsRefused() throws {
        let path = try folder.add("ttplug")
        let object = path.appending("ttplug.bpf.o").string
        try folder.run("rm", object)
        refuses(path, saying: "ttplug.bpf.o isn't there", "tcptune cc build")
        try folder.run("mkfifo", object)
        refuses(path, saying: "is not a regular file")
        try folder.run("rm", object)
        try folder.run("mkdir", object)
        refuses(path, saying: "regular file")
        refuses(folder.path.appending("nothing"), saying: "can't be read: No such file")
        refuses(path.appending("cc.yaml"), saying: "can't be read")
        try folder.run("rm", path.appending("cc.yaml").string)
        refuses(path, saying: "cc.yaml isn't there", "cc new")
    }

    @Test func hugeFilesAreRefused() throws {
        let path = try folder.add("ttplug")
        try folder.run("truncate", "-s", "16777217", path.appending("ttplug.bpf.o").string)
        refuses(path, saying: "16777217 bytes, more than 16777216")
        try folder.add("ttplug")
        try folder.run("truncate", "-s", "1048577", path.appending("cc.yaml").string)
        refuses(path, saying: "cc.yaml has 1048577 bytes")
    }

    @Test(arguments: [
        ("kind: CongestionController", "kind: Profile", "kind 'Profile'"),
        ("name: ttplug", "nane: ttplug", "unknown key 'nane'"),
        ("name: ttplug", "name: ../ttplug", "a controller's name"),
        ("name: ttplug", "name: sixteen_letters_", "1 to 15 characters"),
        ("metadata", "spec: { object: ../ttplug.bpf.o }\nmetadata", "no file's name"),
        ("metadata", "spec: { objekt: x }\nmetadata", "'object'"),
        ("apiVersion", "- apiVersion", "cc.yaml:"),
        ("A test's.", "\u{0}", "not text"),
    ])
    func wrongManifests(_ old: String, _ new: String, _ words: String) throws {
        let manifest = """
            apiVersion: tcptune.dev/v1
            kind: CongestionController
            metadata: { name: ttplug, description: A test's. }
            """
        let path = try folder.add(
            "ttplug", BPFPrograms.ttplug.bytes, manifest: manifest.replacing(old, with: new))
        refuses(path, saying: words)
    }

    @Test func filesMayHaveOtherNames() throws {
        let path = try folder.add(
            "ttplug", BPFPrograms.ttplug.bytes,
            manifest: """
                apiVersion: tcptune.dev/v1
                kind: CongestionController
                metadata: { name: ttplug }
                spec: { object: other.o, source: other.c }
                """)
        refuses(path, saying: "other.o isn't there")
        try folder.run(
            "mv", path.appending("ttplug.bpf.o").string, path.appending("other.o").string)
        #expect(try ControllerPlugin(at: path).description == "")
    }

    // What is in the object.

    @Test func whatIsNotBPFIsRefused() throws {
        let elf = BPFPrograms.ttplug.bytes
        var machine = elf
        machine[0x12] = 62
        var bits = elf
        bits[4] = 1
        for (object, words) in [
            ([], "isn't a 64-bit"), (Array("#!/bin/sh\n".utf8), "isn't a 64-bit"),
            (machine, "machine 62, not BPF"), (bits, "isn't a 64-bit"),
        ] {
            refuses(try folder.add("ttplug", object), saying: words, "cc build")
        }
        refuses(try folder.add("ttplug", Array(elf[..<(elf.count / 2)])))
        refuses(try folder.add("ttplug", Array(elf[..<64])))
    }

    @Test func typeInformationHasToHoldTogether() throws {
        let elf = BPFPrograms.ttplug.bytes
        let section = try #require(elfSection(named: ".BTF", in: elf))
        #expect(isBTFSound(ofObjectFile: elf))
        // Its magic number, the type of the first type, the length of the names.
        for place in [0, 24 + 8, 20] {
            var damaged = elf
            damaged[section.lowerBound + place + 2] ^= 0xff
            damaged[section.lowerBound + place] ^= 0xff
            #expect(!isBTFSound(ofObjectFile: damaged))
            refuses(try folder.add("ttplug", damaged), saying: "type information is damaged")
        }
    }

    @Test func damagedObjectsAreRefusedOrRead() throws {
        let elf = BPFPrograms.ttplug.bytes
        var random = SeededGenerator(state: 7)
        for _ in 0..<300 {
            var damaged = elf
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                damaged[Int.random(in: 0..<elf.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            let path = try folder.add("ttplug", damaged)
            _ = try? ControllerPlugin(at: path)
        }
    }

    @Test(arguments: [
        ("two", "2 controllers: two, three"), ("nothing", "no controller"),
        ("unlicensed", "no license"), ("proprietary", "'Proprietary'"),
        ("sixteen", "'sixteen_letters_', of 16 characters"),
        ("misnamed", "registers as 'tt_misnamed', and cc.yaml has 'misnamed'"),
        ("unranged", "'gain' has no range"),
        ("outside", "default of 'gain', 21, isn't from 10 to 20"),
        ("narrow", "range of 'gain' is larger"), ("foreign", "other (socket)"),
        ("pinned", "numbers would be pinned"),
    ])
    func whatIsNoWholeController(_ name: String, _ words: String) throws {
        refuses(try folder.add(name), saying: words)
    }

    @Test func errorsSayWhichCheckFailed() throws {
        func failed(_ path: FilePath) -> ControllerPlugin.Check? {
            do throws(CongestionControlError) {
                try ControllerPlugin(at: path).tryLoading()
                return nil
            } catch {
                return error.check
            }
        }
        let elf = BPFPrograms.ttplug.bytes
        #expect(failed(try folder.add("ttplug")) == nil)
        #expect(failed(try folder.add("ttplug", elf, manifest: "x")) == .metadata)
        #expect(failed(try folder.add("ttplug", [])) == .object)
        #expect(failed(try folder.add("proprietary")) == .license)
        #expect(failed(try folder.add("two")) == .controller)
        #expect(failed(try folder.add("misnamed")) == .name)
        #expect(failed(try folder.add("narrow")) == .parameters)
        let wild = try folder.add("ttplug", BPFPrograms.ttplug_wild.bytes)
        #expect(failed(wild) == .verifier)
        try folder.run("chmod", "g+w", wild.appending("ttplug.bpf.o").string)
        #expect(failed(wild) == .ownership)
    }

    @Test func namesAreTheSameEverywhere() throws {
        refuses(
            try folder.add("other", BPFPrograms.ttplug.bytes),
            saying: "the variable in the source is 'ttplug'")
        refuses(
            try folder.add("ttplug", BPFPrograms.ttplug.bytes, in: "elsewhere"),
            saying: "the directory is 'elsewhere'")
        refuses(
            try folder.add("westwood", BPFPrograms.taken.bytes), .nameTaken, saying: "of Linux")
        refuses(
            try folder.add("tt_cubic", BPFPrograms.shipped.bytes), .nameTaken,
            saying: "tcptune's own")
    }

    @Test func theVerifiersVerdictIsShown() throws {
        let path = try folder.add("ttplug", BPFPrograms.ttplug_wild.bytes)
        let plugin = try ControllerPlugin(at: path)
        let error = #expect(throws: CongestionControlError.self) { try plugin.tryLoading() }
        #expect(error?.code == .invalidPlugin)
        #expect(error?.log?.contains("BEGIN PROG LOAD LOG") ?? false)
        #expect(error?.reason.contains("no write support to tcp_sock") ?? false)
    }
}
