import ArgumentParser
import Profiles

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Profiles: list, show, check and compare them.",
        subcommands: [List.self, Show.self, Validate.self, Diff.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the profiles that 'apply' knows by name.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            let entries = try ProfileCatalog().list()
            output.print(
                json: .array(
                    entries.map { entry in
                        let profile = try? entry.profile.get()
                        return .object([
                            "name": .string(entry.name),
                            "origin": .string(entry.path ?? "built-in"),
                            "description": .string(profile?.description ?? ""),
                            "valid": .bool(profile != nil),
                        ])
                    })
            ) {
                var table = Table(["NAME", "ORIGIN", "DESCRIPTION"])
                for entry in entries {
                    let description =
                        switch entry.profile {
                        case .success(let profile): profile.description
                        case .failure: "invalid: see 'tcptune profile validate'"
                        }
                    table.add([entry.name, entry.path ?? "built-in", description])
                }
                return table.text
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a profile in its canonical form.")

        @Argument(help: "A profile's name, or the path of its file.")
        var profile: String

        func run() throws {
            Console.write(try ProfileCatalog().find(profile).canonicalYAML)
        }
    }

    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check profiles; says everything that is wrong, with line and column.")

        @Argument(help: "Profiles' names, or the paths of their files.")
        var profiles: [String]

        func run() throws {
            var failures: [String] = []
            for name in profiles {
                do throws(ProfileError) {
                    let profile = try ProfileCatalog().find(name)
                    Console.write("\(name): valid (\(profile.name), \(profile.contentHash))\n")
                } catch {
                    failures.append(error.description)
                }
            }
            guard failures.isEmpty else {
                throw Failure(
                    failures.joined(separator: "\n"), exitCode: Failure.Code.invalidInput)
            }
        }
    }

    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what differs between two profiles.")

        @Argument(help: "The one.")
        var old: String

        @Argument(help: "The other.")
        var new: String

        @OptionGroup var output: OutputOptions

        func run() throws {
            let catalog = ProfileCatalog()
            let diff = ProfileDiff(from: try catalog.find(old), to: try catalog.find(new))
            output.print(
                json: .array(
                    diff.changes.map {
                        .object([
                            "path": .string($0.path),
                            "old": $0.old.map { .string($0) } ?? .null,
                            "new": $0.new.map { .string($0) } ?? .null,
                        ])
                    })
            ) {
                guard !diff.isEmpty else { return "they mean the same\n" }
                var table = Table(["", old, new])
                for change in diff.changes {
                    table.add([
                        change.path, change.old ?? Format.none, change.new ?? Format.none,
                    ])
                }
                return table.text
            }
        }
    }
}
