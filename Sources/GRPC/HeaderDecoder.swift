/// Header blocks of a connection, in the order in which they came (RFC 7541).
struct HeaderDecoder {
    /// More than any server has to say; keeps small blocks from growing without bound.
    private static let maximumSize = 1 << 20

    private var table = HeaderTable()

    mutating func decode(_ block: [UInt8]) throws(WireError) -> [HeaderTable.Field] {
        var rest = block[...]
        var fields: [HeaderTable.Field] = []
        var size = 0
        while let first = rest.first {
            let field: HeaderTable.Field
            switch first {
            case 0x80...:  // an indexed field
                field = try table.field(at: Self.integer(&rest, bits: 7))
            case 0x40...:  // a literal that is added to the table
                field = try literal(&rest, bits: 6)
                table.add(field)
            case 0x20...:  // a new size of the table
                try table.resize(to: Self.integer(&rest, bits: 5))
                continue
            default:  // a literal that isn't added, on this way or on any
                field = try literal(&rest, bits: 4)
            }
            size += field.size
            guard size <= Self.maximumSize else { throw WireError("header fields without end") }
            fields.append(field)
        }
        return fields
    }

    private func literal(
        _ rest: inout ArraySlice<UInt8>, bits: Int
    ) throws(WireError) -> HeaderTable.Field {
        let index = try Self.integer(&rest, bits: bits)
        let name = index == 0 ? try Self.string(&rest) : try table.field(at: index).name
        return HeaderTable.Field(name: name, value: try Self.string(&rest))
    }

    /// 5.1: what doesn't fit into the low bits goes on in groups of seven.
    static func integer(
        _ rest: inout ArraySlice<UInt8>, bits: Int
    ) throws(WireError) -> Int {
        guard let first = rest.popFirst() else { throw WireError("a header block that stops") }
        let mask = (1 << bits) - 1
        var value = Int(first) & mask
        guard value == mask else { return value }
        for shift in [0, 7, 14, 21] {
            guard let next = rest.popFirst() else { throw WireError("a header block that stops") }
            value += Int(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
        }
        throw WireError("a number in a header block without end")
    }

    /// 5.2.
    private static func string(_ rest: inout ArraySlice<UInt8>) throws(WireError) -> String {
        guard let first = rest.first else { throw WireError("a header block that stops") }
        let count = try integer(&rest, bits: 7)
        guard count <= rest.count else { throw WireError("a header block that stops") }
        let bytes = rest.prefix(count)
        rest = rest.dropFirst(count)
        return String(
            decoding: first & 0x80 == 0 ? Array(bytes) : try HuffmanCode.hpack.decode(bytes),
            as: UTF8.self)
    }
}

/// Header blocks as literals that touch no table, which every decoder takes.
enum HeaderEncoder {
    static func encode(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var block: [UInt8] = []
        for field in fields {
            block.append(0)
            append(field.name, to: &block)
            append(field.value, to: &block)
        }
        return block
    }

    private static func append(_ text: String, to block: inout [UInt8]) {
        var rest = text.utf8.count
        if rest < 0x7f {
            block.append(UInt8(rest))
        } else {
            block.append(0x7f)
            rest -= 0x7f
            while rest >= 0x80 {
                block.append(UInt8(rest & 0x7f) | 0x80)
                rest >>= 7
            }
            block.append(UInt8(rest))
        }
        block += text.utf8
    }
}
