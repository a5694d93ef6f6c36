import Foundation

/// A page of docs/ that shows how something is written.
struct TutorialPage {
    struct Block {
        let language: String
        let text: String
    }

    private let file: URL

    init(_ name: String) {
        file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/\(name).md")
    }

    /// What it shows, in its order.
    func blocks() throws -> [Block] {
        let text = try String(contentsOf: file, encoding: .utf8)
        // Every second part is one.
        return text.split(separator: "```", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
            .map { _, part in
                let end = part.firstIndex(of: "\n") ?? part.endIndex
                return Block(
                    language: String(part[..<end]), text: String(part[end...].dropFirst()))
            }
    }

    /// What writes a file, in a shell's words.
    func here(_ text: String, _ file: String) -> String {
        "cat >\(file) <<'END'\n\(text)END\n"
    }
}
