import Foundation
import Testing

@testable import Profiles

@Suite struct SchemaTests {
    private static let file = Repository.profiles.appending(path: "schema.json")

    /// `TCPTUNE_UPDATE_SCHEMA=1 swift test --filter SchemaTests` writes it anew.
    @Test func theFileIsWhatTheParserChecks() throws {
        if ProcessInfo.processInfo.environment["TCPTUNE_UPDATE_SCHEMA"] != nil {
            try ProfileSchema.json.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == ProfileSchema.json)
        _ = try JSONSerialization.jsonObject(with: Data(ProfileSchema.json.utf8))
    }

    @Test func theReferenceNamesEveryKey() throws {
        let file = Repository.root.appending(path: "docs/profiles.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        for option in SocketOption.all {
            #expect(text.contains("| `\(option.path.joined(separator: "."))` |"))
        }
        var names: [String] = []
        func collect(_ shape: Shape) {
            switch shape {
            case .mapping(let keys):
                for key in keys.keys {
                    names.append(key.name)
                    collect(key.shape)
                }
            case .list(let element, _, _): collect(element)
            case .tagged(_, let variants):
                for variant in variants {
                    names.append(variant.tag)
                    collect(.mapping(variant.keys))
                }
            default: break
            }
        }
        collect(.mapping(ProfileFormat.document.root))
        for name in names { #expect(text.contains(name), "\(name)") }
    }

    private static let validator = """
        import json, sys, yaml, jsonschema
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        # YAML 1.1 takes "on" for a boolean, 1.2 and the parser don't.
        class Loader(yaml.SafeLoader): pass
        Loader.yaml_implicit_resolvers = {
            first: [r for r in resolvers if first in "tTfF" or not r[0].endswith(":bool")]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
        def is_valid(text):
            try:
                return validator.is_valid(yaml.load(text, Loader))
            except yaml.YAMLError:
                return False
        json.dump([is_valid(text) for text in json.load(sys.stdin)], sys.stdout)
        """

    private static func python(_ arguments: [String], input: Data = Data()) throws -> Data? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let stdin = Pipe()
        let stdout = Pipe()
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = FileHandle.nullDevice
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? output : nil
    }

    private static var hasValidator: Bool {
        (try? python(["-c", "import yaml, jsonschema; jsonschema.Draft202012Validator"])) != nil
    }

    /// What a schema can see, an independent validator sees as the parser does.
    @Test(.enabled(if: hasValidator, "Python's yaml and jsonschema aren't installed"))
    func anotherValidatorAgrees() throws {
        let accepted =
            try Repository.profileFiles.map { try String(contentsOf: $0, encoding: .utf8) }
            + SocketOption.all.map { option in
                var profile = Profile(name: "a-b.c")
                switch option.value {
                case .flag(let field): profile.socket[keyPath: field] = false
                case .number(.count(let range), let field),
                    .number(.quantity(_, let range), let field):
                    profile.socket[keyPath: field] = range.lowerBound
                }
                return profile.canonicalYAML
            } + [profileText(name: String(repeating: "a", count: 63))]
            + HeaderOptionTexts.accepted.map(HeaderOptionTexts.profile)
        let tooManyRules = Array(repeating: "{ when: { port: [1] } }", count: 64)
        let refused =
            [
                "{}", "[]", profileText(name: "A"), profileText(name: "a-"),
                profileText(name: "'-'"),
                profileText(name: String(repeating: "a", count: 64)), profileText(name: "1"),
                profileText().replacing("v1", with: "v2"),
                profileText().replacing("Pro", with: "X"),
            ]
            + [
                "dscp: 64", "dscp: -1", "dscp: ten", "dscp: 1.5", "ecn: 1", "unknown: 1",
                "minimumRTO: 50", "minimumRTO: 50 ms", "minimumRTO: 50m", "sendBuffer: 4MB",
                "maximumPacingRate: 10Mb", "keepalive: {}", "keepalive: { idle: 60 }",
                "initialCongestionWindow: 0", "initialReceiveWindow: 32768", "synRetries: 128",
            ].map { socketText($0) }
            + [
                "  congestionControl: {}", "  congestionControl: bbr",
                "  congestionControl: { algorithm: sixteen_letters_ }",
                "  congestionControl: { algorithm: a b }",
                "  congestionControl: { algorithm: a, parameters: { b-c: 1 } }",
                "  congestionControl: { algorithm: a, parameters: { b: [] } }",
                "  rules: [{}]", "  rules: [{ when: {} }]", "  rules: [{ when: { port: 1 } }]",
                "  rules: [{ when: { port: [0] } }]", "  rules: [{ when: { remote: [] } }]",
                "  rules: [{ when: { remote: [localhost] } }]",
                "  rules: [{ when: { direction: out } }]", "  statistics: { rtt: 1 }",
                "  rules: [\(tooManyRules.joined(separator: ", "))]",
            ].map { profileText(spec: $0) }
            + HeaderOptionTexts.misshapen.map(HeaderOptionTexts.profile)
        for text in accepted { _ = try parse(text) }
        for text in refused { #expect(throws: ProfileError.self) { try parse(text) } }
        let input = try JSONSerialization.data(withJSONObject: accepted + refused)
        let output = try #require(
            try Self.python(["-c", Self.validator, Self.file.path], input: input))
        let verdicts = try #require(try JSONSerialization.jsonObject(with: output) as? [Bool])
        for (index, verdict) in verdicts.enumerated() {
            #expect(verdict == (index < accepted.count), "\((accepted + refused)[index])")
        }
    }
}
