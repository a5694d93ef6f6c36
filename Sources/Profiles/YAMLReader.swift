// libyaml's events, because a tree of somebody else's doesn't say where duplicate keys and aliases
// are, or follows nesting with the stack.
internal import CLibYAML
import PlainText

/// Reads one YAML document into a tree, within limits: hostile input costs no more than its size.
struct YAMLReader {
    /// Deeper than any profile, shallow enough for any stack.
    static let maximumDepth = 32
    /// More nodes than a profile of the largest size could need; aliases count in full.
    static let maximumNodes = 200_000

    /// Where the text stops being YAML that this reads.
    struct SyntaxError: Error {
        let location: Location
        let problem: String
        let expected: String

        static func tooDeep(_ location: Location) -> SyntaxError {
            SyntaxError(
                location: location, problem: "nested too deeply",
                expected: "at most \(maximumDepth) levels")
        }
    }

    private enum Event {
        case streamEnd, documentStart, listStart, mappingStart, end, other
        case scalar(String, plain: Bool)
        case alias(String)
    }

    private struct Head {
        let event: Event
        let location: Location
        let anchor: String?
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var anchors: [String: YAMLNode] = [:]
    private var nodes = 0
    /// Found on the way; they don't keep the rest from being read.
    private var diagnostics: [ProfileError.Diagnostic] = []

    /// The document's root, `nil` when there is none, and the keys that are there twice.
    static func read(
        _ text: String
    ) throws(SyntaxError) -> (root: YAMLNode?, diagnostics: [ProfileError.Diagnostic]) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            fatalError("out of memory")
        }
        defer { yaml_parser_delete(parser) }
        var text = text
        let result: Result<(YAMLNode?, [ProfileError.Diagnostic]), SyntaxError> =
            text.withUTF8 { bytes in
                yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
                var reader = YAMLReader(parser: parser)
                return Result { () throws(SyntaxError) in
                    (try reader.readStream(), reader.diagnostics)
                }
            }
        let (root, diagnostics) = try result.get()
        return (root, diagnostics)
    }

    private init(parser: UnsafeMutablePointer<yaml_parser_t>) {
        self.parser = parser
    }

    private mutating func readStream() throws(SyntaxError) -> YAMLNode? {
        _ = try next()  // the stream's start
        guard case .documentStart = try next().event else { return nil }
        let root = try readNode(try next(), depth: 1)
        _ = try next()  // the document's end
        let after = try next()
        if case .documentStart = after.event {
            diagnostics.append(
                after.location.diagnostic(
                    "another document starts here", expected: "one profile per file"))
        }
        return root
    }

    private mutating func readNode(_ head: Head, depth: Int) throws(SyntaxError) -> YAMLNode {
        try limit(depth: depth, at: head.location)
        let node: YAMLNode
        switch head.event {
        case .scalar(let text, let plain):
            try count(1, at: head.location)
            node = YAMLNode(
                content: .scalar(text, plain: plain), location: head.location, size: 1, height: 1)
        case .alias(let name):
            guard let target = anchors[name] else {
                throw SyntaxError(
                    location: head.location, problem: "unknown alias \(Quoted(name))",
                    expected: "one of an anchor that ends before it")
            }
            try limit(depth: depth + target.height - 1, at: head.location)
            try count(target.size, at: head.location)
            node = YAMLNode(
                content: target.content, location: head.location, size: target.size,
                height: target.height)
        case .listStart:
            node = try readList(head, depth: depth)
        default:
            node = try readMapping(head, depth: depth)
        }
        if let anchor = head.anchor { anchors[anchor] = node }
        return node
    }

    private mutating func readList(_ head: Head, depth: Int) throws(SyntaxError) -> YAMLNode {
        try count(1, at: head.location)
        var elements: [YAMLNode] = []
        while true {
            let next = try next()
            if case .end = next.event { break }
            elements.append(try readNode(next, depth: depth + 1))
        }
        return YAMLNode(.list(elements), children: elements, at: head.location)
    }

    private mutating func readMapping(_ head: Head, depth: Int) throws(SyntaxError) -> YAMLNode {
        try count(1, at: head.location)
        var entries: [YAMLEntry] = []
        var places: [String: Location] = [:]
        while true {
            let next = try next()
            if case .end = next.event { break }
            guard case .scalar(let key, _) = next.event else {
                throw SyntaxError(
                    location: next.location, problem: "a key that is no plain name",
                    expected: "a key such as name")
            }
            let value = try readNode(try self.next(), depth: depth + 1)
            if let first = places[key] {
                diagnostics.append(
                    next.location.diagnostic(
                        "duplicate key \(Quoted(key))",
                        expected: "one only (the first is at \(first.line):\(first.column))"))
            } else {
                places[key] = next.location
                entries.append(YAMLEntry(key: key, location: next.location, value: value))
            }
        }
        return YAMLNode(.mapping(entries), children: entries.map(\.value), at: head.location)
    }

    private func limit(depth: Int, at location: Location) throws(SyntaxError) {
        guard depth <= Self.maximumDepth else { throw .tooDeep(location) }
    }

    private mutating func count(_ size: Int, at location: Location) throws(SyntaxError) {
        nodes += size
        guard nodes <= Self.maximumNodes else {
            throw SyntaxError(
                location: location, problem: "too many values, aliases counted in full",
                expected: "at most \(Self.maximumNodes)")
        }
    }

    private func next() throws(SyntaxError) -> Head {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        let location = Location(event.start_mark)
        switch event.type {
        case YAML_STREAM_END_EVENT:
            return Head(event: .streamEnd, location: location, anchor: nil)
        case YAML_DOCUMENT_START_EVENT:
            return Head(event: .documentStart, location: location, anchor: nil)
        case YAML_ALIAS_EVENT:
            let name = text(event.data.alias.anchor) ?? ""
            return Head(event: .alias(name), location: location, anchor: nil)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try refuseTag(scalar.tag, at: location)
            let value = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length),
                as: UTF8.self)
            return Head(
                event: .scalar(value, plain: scalar.style == YAML_PLAIN_SCALAR_STYLE),
                location: location, anchor: text(scalar.anchor))
        case YAML_SEQUENCE_START_EVENT:
            try refuseTag(event.data.sequence_start.tag, at: location)
            return Head(
                event: .listStart, location: location,
                anchor: text(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT:
            try refuseTag(event.data.mapping_start.tag, at: location)
            return Head(
                event: .mappingStart, location: location,
                anchor: text(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return Head(event: .end, location: location, anchor: nil)
        default:
            return Head(event: .other, location: location, anchor: nil)
        }
    }

    private func refuseTag(
        _ tag: UnsafeMutablePointer<UInt8>?, at location: Location
    ) throws(SyntaxError) {
        guard let tag = text(tag) else { return }
        throw SyntaxError(
            location: location, problem: "tag \(Quoted(tag))", expected: "a value without a tag")
    }

    private func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func syntaxError() -> SyntaxError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        let context = parser.pointee.context.map { " \(String(cString: $0))" } ?? ""
        // The scanner runs ahead and has a limit of its own.
        if problem.contains("nesting level") || context.contains("nesting level") {
            return .tooDeep(Location(parser.pointee.mark))
        }
        // The reader knows no line, only the offset it stopped at; the mark is what came before.
        let mark =
            parser.pointee.error == YAML_READER_ERROR
            ? parser.pointee.mark : parser.pointee.problem_mark
        return SyntaxError(
            location: Location(mark), problem: "no valid YAML: \(problem)\(context)", expected: "")
    }
}

extension YAMLNode {
    fileprivate init(_ content: Content, children: [YAMLNode], at location: Location) {
        self.init(
            content: content, location: location, size: children.reduce(1) { $0 + $1.size },
            height: 1 + (children.map(\.height).max() ?? 0))
    }
}

extension Location {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}
