/// Text from elsewhere in a message: in quotes, short, and without what would steer a terminal.
package struct Quoted: CustomStringConvertible {
    /// In Unicode scalars.
    private static let limit = 40

    package let description: String

    package init(_ text: some StringProtocol) {
        let scalars = text.unicodeScalars
        let short = scalars.prefix(Self.limit)
        let dots = short.endIndex < scalars.endIndex ? "…" : ""
        description = "'\(Printable.line(String(String.UnicodeScalarView(short))))\(dots)'"
    }
}
