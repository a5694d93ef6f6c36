import Foundation
import Testing

@testable import Profiles

@Suite struct CatalogTests {
    private static let builtIn = [
        "alpha": profileText(name: "alpha"), "beta": profileText(name: "beta"),
    ]

    @Test func builtInByName() throws {
        let catalog = ProfileCatalog(directories: ["/nonexistent"], builtIn: Self.builtIn)
        #expect(try catalog.find("alpha").name == "alpha")
        #expect(try catalog.find("alpha").source == nil)
        #expect(try catalog.list().map(\.name) == ["alpha", "beta"])
    }

    @Test func aDirectoryHidesWhatComesAfterIt() throws {
        let first = try TemporaryDirectory()
        let second = try TemporaryDirectory()
        let path = try first.write(profileText(name: "beta"), to: "beta.yaml")
        _ = try second.write(profileText(name: "beta"), to: "beta.yml")
        _ = try second.write(profileText(name: "gamma"), to: "gamma.yml")
        _ = try second.write("no profile", to: "notes.txt")
        let catalog = ProfileCatalog(
            directories: [first.url.path, second.url.path], builtIn: Self.builtIn)
        #expect(try catalog.list().map(\.name) == ["alpha", "beta", "gamma"])
        #expect(try catalog.list().map(\.path) == [nil, path, second.url.path + "/gamma.yml"])
        #expect(try catalog.find("beta").source == path)
    }

    @Test func aBrokenFileIsListedAndHarmsNoOther() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("spec: 1", to: "broken.yaml")
        let path = try directory.write(profileText(name: "other"), to: "misnamed.yaml")
        let catalog = ProfileCatalog(directories: [directory.url.path], builtIn: Self.builtIn)
        #expect(try catalog.find("alpha").name == "alpha")
        #expect(throws: ProfileError.self) { try catalog.find("broken") }
        let error = #expect(throws: ProfileError.self) { try catalog.find("misnamed") }
        #expect(
            error?.description
                == "\(path): metadata.name is 'other', expected the file's name, 'misnamed'")
        #expect(try catalog.list().count == 4)
    }

    @Test func aDirectoryThatCannotBeReadIsNotJustEmpty() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("", to: "file")
        let catalog = ProfileCatalog(directories: [file], builtIn: Self.builtIn)
        let error = #expect(throws: ProfileError.self) { try catalog.list() }
        #expect(
            error?.description == "\(file): can't be read: Not a directory, check the path")
    }

    @Test func aPathIsRead() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(profileText(name: "other"), to: "anything.yaml")
        let catalog = ProfileCatalog(directories: [], builtIn: [:])
        #expect(try catalog.find(path).name == "other")
        #expect(try catalog.find(path).source == path)
        let error = #expect(throws: ProfileError.self) { try catalog.find("missing.yaml") }
        #expect(error?.code == .unreadable)
    }

    @Test(arguments: [
        ("alpah", "alpah: no profile of that name, did you mean 'alpha'?"),
        ("zzz", "zzz: no profile of that name, `tcptune profile list` shows those there are"),
        ("", ": no profile of that name, `tcptune profile list` shows those there are"),
        ("..", "..: no profile of that name, `tcptune profile list` shows those there are"),
    ])
    func unknownNames(name: String, message: String) {
        let catalog = ProfileCatalog(directories: [], builtIn: Self.builtIn)
        let error = #expect(throws: ProfileError.self) { try catalog.find(name) }
        #expect(error?.code == .unknown)
        #expect(error?.description == message)
    }
}

@Suite struct FileTests {
    private func refusal(of path: String) -> ProfileError? {
        #expect(throws: ProfileError.self) { try ProfileParser.load(path) }
    }

    @Test func whatIsNoProfileFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.url.path
        let unread = "can't be read: "
        let cases = [
            (path, unread + "Is a directory, expected a file, not the directory of it"),
            (
                path + "/none",
                unread + "No such file or directory, check the path, "
                    + "or name one of `tcptune profile list`"
            ),
            (
                try directory.write("", to: "empty"),
                "is empty, expected a Profile (apiVersion: tcptune.dev/v1)"
            ),
            (
                try directory.write(Data([0xff, 0xfe, 0x00]), to: "invalid"),
                "is not text, expected YAML in UTF-8"
            ),
            (
                try directory.write(Data("a: \0".utf8), to: "nul"),
                "is not text, expected YAML in UTF-8"
            ),
            ("/dev/zero", "is too large, expected at most 1 MiB of YAML"),
        ]
        for (path, message) in cases {
            #expect(refusal(of: path)?.description == "\(path): \(message)")
            #expect(refusal(of: path)?.code == .unreadable)
        }
    }

    @Test func aHugeFileIsRefusedUnread() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("", to: "huge")
        #expect(truncate(path, 100 << 20) == 0)
        let message = "\(path): is too large, expected at most 1 MiB of YAML"
        #expect(refusal(of: path)?.description == message)
    }
}
