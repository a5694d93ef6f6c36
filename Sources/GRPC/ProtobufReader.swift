/// The fields of a protobuf message, one by one; unknown ones are the caller's to pass over.
package struct ProtobufReader {
    package enum Value: Equatable {
        case number(UInt64)
        /// A string, a message, or packed numbers.
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// Nil at the end. Throws ``ProtobufError`` for bytes that are no message.
    package mutating func next() throws(ProtobufError) -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        guard let number = Int(exactly: tag >> 3), (1..<1 << 29).contains(number) else {
            throw ProtobufError("a field without a number")
        }
        switch tag & 7 {
        case 0: return (number, .number(try varint()))
        case 1: return (number, .number(try fixed(8)))
        case 5: return (number, .number(try fixed(4)))
        case 2:
            let count = try varint()
            guard count <= UInt64(rest.count) else { throw ProtobufError("a field that stops") }
            return (number, .bytes(take(Int(count))))
        default: throw ProtobufError("a field of an unknown wire type")
        }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func fixed(_ count: Int) throws(ProtobufError) -> UInt64 {
        guard rest.count >= count else { throw ProtobufError("a field that stops") }
        return take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func varint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw ProtobufError("a number that stops") }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw ProtobufError("a number without end")
    }
}

/// What is wrong with bytes that should be a message.
package struct ProtobufError: Error, Equatable {
    package let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

extension ProtobufReader.Value {
    /// Invalid UTF-8 is repaired; a number is no text.
    package var text: String? {
        guard case .bytes(let bytes) = self else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    package var message: ProtobufReader? {
        guard case .bytes(let bytes) = self else { return nil }
        return ProtobufReader(bytes)
    }

    package var number: UInt64? {
        guard case .number(let number) = self else { return nil }
        return number
    }
}
