import Profiles
import Testing

@testable import HeaderOptions

/// What `option.yaml` may say.
@Suite struct OptionManifestTests {
    private static let valid = """
        apiVersion: tcptune.dev/v1
        kind: HeaderOption
        metadata:
          name: mine
          description: A test's.
        spec:
          exid: 0xB001
          length: 4
          fields:
            - { name: all, offset: 0, size: 4, unit: bytes }
        """

    @Test func allOfItIsRead() throws {
        let manifest = try OptionManifest(Self.valid, file: "option.yaml")
        #expect(manifest.name == "mine" && manifest.description == "A test's.")
        #expect(manifest.exid == 0xB001 && manifest.length == 4)
        #expect(
            manifest.fields == [OptionField(name: "all", offset: 0, size: 4, unit: "bytes")])
        #expect(manifest.source == "mine.bpf.c" && manifest.object == "mine.bpf.o")
    }

    @Test func fieldsAreNumbersInNetworkOrder() {
        let field = OptionField(name: "f", offset: 1, size: 2, unit: "")
        #expect(field.value(in: [1, 2, 3, 4]) == 0x0203)
        #expect(field.value(in: [1, 2]) == nil)
        #expect(
            OptionField(name: "f", offset: 0, size: 8, unit: "")
                .value(in: [UInt8](repeating: 0xff, count: 8)) == .max)
    }

    @Test(
        arguments: [
            ("tcptune.dev/v1", "tcptune.dev/v2", 1), ("HeaderOption", "Profile", 2),
            ("name: mine", "name: Mine", 4), ("name: mine", "name: telemetry", 4),
            ("name: mine", "nam: mine", 4), ("0xB001", "0x7474", 7), ("0xB001", "0xF989", 7),
            ("0xB001", "0x1B001", 7), ("length: 4", "length: 0", 8),
            ("length: 4", "length: 25", 8), ("length: 4", "length: 4B", 8),
            ("size: 4", "size: 5", 10), ("size: 4", "size: 9", 10),
            ("offset: 0", "offset: 1", 10), ("offset: 0", "offset: 31", 10),
            ("name: all", "name: ALL", 10),
            ("unit: bytes }", "unit: bytes }\n    - { name: all, offset: 0, size: 1 }", 11),
        ])
    func whatIsWrongHasItsLine(_ old: String, _ new: String, _ line: Int) {
        let text = Self.valid.replacing(old, with: new)
        let error = #expect(throws: ProfileError.self) {
            try OptionManifest(text, file: "option.yaml")
        }
        let lines = error?.diagnostics.compactMap(\.line) ?? []
        // A key that isn't known is missing, too.
        #expect(lines.contains(line), "\(error as Any)")
        #expect(error?.description.hasPrefix("option.yaml:") == true)
    }
}
