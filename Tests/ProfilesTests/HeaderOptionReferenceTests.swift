import Foundation
import Testing

@testable import Profiles

/// docs/header-options.md says what `tcptune option` says.
@Suite struct HeaderOptionReferenceTests {
    private let page: String
    /// Of the page, by heading.
    private let sections: [String: String]

    init() throws {
        let file = Repository.root.appending(path: "docs/header-options.md")
        page = try String(contentsOf: file, encoding: .utf8)
        var sections: [String: String] = [:]
        for part in ("\n" + page).components(separatedBy: "\n## ").flatMap({
            $0.components(separatedBy: "\n### ")
        }) {
            let lines = part.split(separator: "\n", maxSplits: 1)
            if lines.count == 2 { sections[String(lines[0])] = String(lines[1]) }
        }
        self.sections = sections
    }

    @Test(arguments: HeaderOptionType.allCases)
    func keys(type: HeaderOptionType) throws {
        let section = try #require(sections["`\(type.rawValue)`"])
        for key in type.documentedKeys {
            let fallback = key.fallback ?? (key.isRequired ? "required" : "-")
            let row = "| `\(key.name)` | \(key.values) | \(fallback) |"
            let place = key.name == "peers" ? try #require(sections["In a profile"]) : section
            #expect(place.contains(row))
        }
        let rows = section.components(separatedBy: "\n| `").count - 1
        #expect(rows == type.documentedKeys.count - 1)
    }

    @Test(arguments: HeaderOptionType.allCases)
    func examples(type: HeaderOptionType) throws {
        #expect(try #require(sections["`\(type.rawValue)`"]).contains("- \(type.example)\n"))
        let profile = try parse(HeaderOptionTexts.profile(type.example))
        #expect(profile.headerOptions.map(\.type) == [type])
    }

    @Test(arguments: HeaderOptionType.allCases)
    func bytes(type: HeaderOptionType) {
        for field in type.layouts.flatMap(\.fields) {
            #expect(page.contains("| \(field.bytes) | \(field.meaning) |\n"), "\(field)")
        }
    }

    @Test func everyRowOfTheWireIsShown() throws {
        let start = try #require(page.range(of: "## On the wire"))
        let end = try #require(page.range(of: "## Negotiation and paths"))
        let shown = Set(
            HeaderOptionType.allCases.flatMap(\.layouts).flatMap(\.fields).map {
                "| \($0.bytes) | \($0.meaning) |"
            })
        for line in page[start.lowerBound..<end.lowerBound].split(separator: "\n")
        where line.hasPrefix("| ") && line != "| byte | what |" && line != "| --- | --- |" {
            // What is by type, the tables below it have.
            #expect(shown.contains(String(line)) || line == "| 5... | by type |", "\(line)")
        }
    }

    @Test func reservedIdentifiersAreListed() throws {
        let section = try #require(sections["`raw`"])
        let numbers = section.split { !$0.isNumber }
        for kind in 0...UInt8.max where ReservedOptions.owner(ofKind: kind) != nil && kind > 8 {
            #expect(numbers.contains(Substring("\(kind)")), "\(kind)")
        }
        for exid in 0...UInt16.max where ReservedOptions.owner(ofExID: exid) != nil {
            #expect(section.contains("\(HeaderOption.RawIdentifier.exid(exid))"))
        }
    }

    /// The page's own profile, and the table of the room.
    @Test func theRoomIsAsCounted() throws {
        let options = try HeaderOptionType.allCases.map { type in
            try #require(try parse(HeaderOptionTexts.profile(type.example)).headerOptions.first)
        }
        func bytes(_ option: HeaderOption, _ segment: HeaderOption.Segment) -> Int {
            HeaderOptionRoom(of: [option], on: segment).parts.reduce(0) { $0 + $1.bytes }
        }
        #expect(options.map { bytes($0, .syn) } == [6, 14, 8, 4, 7, 0])
        #expect(options.map { bytes($0, .synack) } == [6, 14, 8, 4, 4, 0])
        #expect(options.map { bytes($0, .data) } == [20, 0, 0, 0, 7, 0])
        #expect(options.map { bytes($0, .fin) } == [0, 0, 0, 0, 0, 0])
        for segment in HeaderOption.Segment.allCases {
            let room = try #require(sections["Room"])
            for part in segment.kernelOptions.components(separatedBy: ", ") {
                #expect(room.contains(part.split(separator: " ")[0]))
            }
        }
    }
}
