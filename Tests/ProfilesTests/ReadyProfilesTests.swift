import Foundation
import Testing

@testable import Profiles

@Suite struct ReadyProfilesTests {
    private let catalog = ProfileCatalog(directories: [])

    @Test func allAreBuiltIn() throws {
        let files = try Repository.profileFiles
        #expect(files.count >= 9)
        let names = files.map { $0.deletingPathExtension().lastPathComponent }
        #expect(try catalog.list().map(\.name) == names)
        for (file, name) in zip(files, names) {
            let profile = try ProfileParser.load(file.path)
            #expect(profile.name == name)
            #expect(profile.description.isEmpty == false)
            #expect(try catalog.find(name) == profile)
            #expect(try parse(profile.canonicalYAML) == profile)
        }
    }

    @Test func eachSaysForWhomAndWhy() throws {
        for file in try Repository.profileFiles {
            let text = try String(contentsOf: file, encoding: .utf8)
            for heading in ["# For whom: ", "# Why: ", "# What it costs: "] {
                #expect(text.contains(heading), "\(file.lastPathComponent)")
            }
        }
    }

    @Test func eachDiffersAndRunsOnPlainKernels() throws {
        let profiles = try catalog.list().map { try $0.profile.get() }
        for (index, profile) in profiles.enumerated() {
            for other in profiles[(index + 1)...] {
                let changes = ProfileDiff(from: profile, to: other).changes
                let differs = changes.contains { $0.path.hasPrefix("spec") }
                #expect(differs, "\(profile.name), \(other.name)")
            }
            for case let choice? in profile.resolved.map(\.congestionControl) {
                let names = Set([choice.algorithm] + choice.fallback)
                #expect(!names.isDisjoint(with: ["cubic", "reno"]), "\(profile.name)")
            }
        }
    }
}
