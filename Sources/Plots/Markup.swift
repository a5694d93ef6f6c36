import PlainText

/// XML as it is written: SVG, and HTML that is well-formed XML too.
///
/// All text and every attribute is escaped on the way in; only ``write(_:)`` takes what is markup
/// already. Element and attribute names are the program's own.
package struct Markup: Sendable {
    package private(set) var text = ""

    package init() {}

    /// An element with elements inside.
    package mutating func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
        _ content: (inout Markup) -> Void
    ) {
        begin(name, attributes)
        text += ">"
        content(&self)
        text += "</\(name)>"
    }

    /// An element with text inside.
    package mutating func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
        text content: String
    ) {
        element(name, attributes) { $0.write(text: content) }
    }

    /// An element without content.
    package mutating func empty(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]
    ) {
        begin(name, attributes)
        text += "/>"
    }

    package mutating func write(text content: String) {
        text += Self.escape(content)
    }

    /// Markup from elsewhere, as it is.
    package mutating func write(_ markup: Markup) {
        text += markup.text
    }

    /// A style sheet or the like of the program's own: as it is.
    package mutating func write(verbatim content: StaticString) {
        text += "\(content)"
    }

    private mutating func begin(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>
    ) {
        text += "<\(name)"
        for (key, value) in attributes { text += " \(key)=\"\(Self.escape(value))\"" }
    }

    /// Safe in text and in quoted attributes.
    package static func escape(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t", "\n": result.unicodeScalars.append(scalar)
            // XML 1.0 (section 2.2) doesn't have the last two.
            case _ where scalar.isHarmful, "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
