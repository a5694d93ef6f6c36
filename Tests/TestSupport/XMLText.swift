import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Well-formed XML as a parser sees it.
package struct XMLText {
    package struct Element {
        package let name: String
        package let attributes: [String: String]
        /// All text inside, that of elements in it too.
        package fileprivate(set) var text = ""
    }

    /// In the order in which they begin.
    package let elements: [Element]

    /// Throws when the text isn't well-formed.
    package init(_ text: String) throws {
        let reader = Reader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = reader
        guard parser.parse() else {
            throw TestSupportError(
                "not well-formed in line \(parser.lineNumber), column \(parser.columnNumber): "
                    + String(describing: parser.parserError))
        }
        elements = reader.elements
    }

    package func named(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [Element] = []
        private var open: [Int] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            open.append(elements.count)
            elements.append(Element(name: name, attributes: attributes))
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
            qualifiedName: String?
        ) {
            open.removeLast()
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            for index in open { elements[index].text += text }
        }
    }
}
