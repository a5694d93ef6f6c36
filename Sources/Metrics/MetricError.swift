/// A metric that the exposition formats don't allow.
package struct MetricError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure; more may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package static let badName = Code(rawValue: "badName")
        package static let badLabel = Code(rawValue: "badLabel")
        package static let badValue = Code(rawValue: "badValue")
        package static let badBounds = Code(rawValue: "badBounds")
        package static let duplicate = Code(rawValue: "duplicate")
    }

    package let code: Code
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
