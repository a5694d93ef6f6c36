import Foundation
import Testing

@testable import Profiles

/// A profile's text around what a test is about.
func profileText(spec: String = "  {}", name: String = "test") -> String {
    """
    apiVersion: tcptune.dev/v1
    kind: Profile
    metadata:
      name: \(name)
    spec:
    \(spec)
    """
}

func socketText(_ lines: String...) -> String {
    profileText(spec: "  socket:\n" + lines.map { "    \($0)" }.joined(separator: "\n"))
}

func parse(_ text: String) throws -> Profile {
    try ProfileParser.parse(text, file: "p.yaml")
}

/// What the parser says to a text it has to refuse.
func refusal(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    do {
        _ = try ProfileParser.parse(text, file: "p.yaml")
        Issue.record("was accepted", sourceLocation: sourceLocation)
        return ""
    } catch {
        return error.description
    }
}

enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let profiles = root.appending(path: "profiles")

    static var profileFiles: [URL] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                at: profiles, includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
        }
    }
}

/// A directory of its own that goes with the test.
struct TemporaryDirectory: ~Copyable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "tcptune-profiles-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
    }

    func write(_ data: Data, to name: String) throws -> String {
        let file = url.appending(path: name)
        try data.write(to: file)
        return file.path
    }
}
