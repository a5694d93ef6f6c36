import Foundation
import HeaderOptions
import SystemPackage
import TestSupport
import Testing

@testable import Workshop

@Suite final class ScaffoldTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func make(_ name: String, taken: Set<String> = []) throws {
        try Scaffold(name, in: directory.path, taken: taken).make()
    }

    private func mode(_ name: String) throws -> Int {
        let path = directory.path.appending(name).string
        return try #require(
            FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func itIsWhatThePluginRulesAskFor() throws {
        let mask = umask(0o077)
        defer { umask(mask) }
        try make("my_reno")
        #expect(try mode("my_reno") == 0o755)
        let files = try FileManager.default.contentsOfDirectory(
            atPath: directory.path.appending("my_reno").string)
        #expect(files.sorted() == ["README.md", "cc.yaml", "my_reno.bpf.c"])
        for file in files {
            #expect(try mode("my_reno/\(file)") == 0o644)
            let text = try String(
                contentsOfFile: directory.path.appending("my_reno/\(file)").string,
                encoding: .utf8)
            #expect(!text.contains("NAME") && text.contains("my_reno"))
        }
    }

    @Test(
        arguments: [
            "", "a-b", "1st", "a b", "../up", "a/b", "é", "while", "abcdefghijklmnop", "cubic",
        ])
    func itRefusesWhatCantBeAName(_ name: String) throws {
        let error = #expect(throws: WorkshopError.self) { try make(name, taken: ["cubic"]) }
        #expect(error?.code == .invalid)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path.string).isEmpty)
    }

    @Test func fifteenCharactersAreAName() throws {
        try make("abcdefghijklmno")
    }

    @Test func aHeaderOptionIsOneToo() throws {
        try Scaffold("queue-depth", .option, in: directory.path, taken: []).make()
        let plugin = directory.path.appending("queue-depth")
        let files = try FileManager.default.contentsOfDirectory(atPath: plugin.string)
        #expect(files.sorted() == ["README.md", "option.yaml", "queue-depth.bpf.c"])
        for file in files {
            let text = try String(contentsOfFile: plugin.appending(file).string, encoding: .utf8)
            #expect(!text.contains("NAME") && !text.contains("EXID"))
        }
        // Of the name: two of them hardly share one.
        let manifest = try OptionManifest(in: plugin)
        try Scaffold("hops", .option, in: directory.path, taken: []).make()
        let other = try OptionManifest(in: directory.path.appending("hops"))
        #expect(manifest.exid != other.exid && manifest.name == "queue-depth")
    }

    @Test(arguments: ["", "a_b", "A", "1st", "a b", "../up", "a/b", "é", "taken"])
    func itRefusesWhatCantBeAnOptionsName(_ name: String) throws {
        let error = #expect(throws: WorkshopError.self) {
            try Scaffold(name, .option, in: directory.path, taken: ["taken"]).make()
        }
        #expect(error?.code == .invalid && error?.advice?.contains("queue-depth") == true)
    }

    @Test func itTouchesNothingThatIsThere() throws {
        try directory.write("mine", to: "twice/README.md")
        let error = #expect(throws: WorkshopError.self) { try make("twice") }
        #expect(error?.code == .invalid)
        let files = FileManager.default
        #expect(
            try files.contentsOfDirectory(atPath: directory.path.appending("twice").string)
                == ["README.md"])
    }

    @Test func whereThereIsNoDirectoryItMakesNone() throws {
        let missing = directory.path.appending("missing")
        let error = #expect(throws: WorkshopError.self) {
            try Scaffold("mine", in: missing, taken: []).make()
        }
        #expect(error?.code == .io)
        #expect(!FileManager.default.fileExists(atPath: missing.string))
    }
}
