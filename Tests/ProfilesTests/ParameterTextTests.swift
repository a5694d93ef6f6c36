import Testing

@testable import Profiles

/// Values as a command line has them.
@Suite struct ParameterTextTests {
    @Test(
        arguments: [
            ("800", .integer(800)), ("-3", .integer(-3)), ("true", .boolean(true)),
            ("False", .boolean(false)), ("0.5", .number(0.5)), ("many", .string("many")),
            ("", nil), ("99999999999999999999", nil),
        ] as [(String, ParameterValue?)])
    func theyAreReadAsInAProfile(_ text: String, _ value: ParameterValue?) {
        #expect(ParameterValue(text: text) == value)
    }

    /// Published vectors of the 64-bit FNV-1a.
    @Test func theHashIsFNV1a() {
        #expect(FNV1a.digits([]) == "cbf29ce484222325")
        #expect(FNV1a.digits(Array("a".utf8)) == "af63dc4c8601ec8c")
        #expect(FNV1a.digits(Array("foobar".utf8)) == "85944171f73967e8")
    }
}
