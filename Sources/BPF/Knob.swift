/// A `const volatile` variable of an object, which can be set until the object is loaded.
///
/// The verifier sees its value as a constant, so code behind a false one costs nothing.
package struct Knob: Equatable, Sendable {
    /// What the variable was declared as.
    package enum Kind: Equatable, Sendable {
        case bool
        case signed(bits: Int)
        case unsigned(bits: Int)
        case enumeration(name: String, bits: Int, isSigned: Bool, cases: [String: Int64])
        /// A `char` array, one byte of it for the NUL.
        case string(capacity: Int)
        /// A structure, a union or another array, by the name of its type ("" without one).
        case bytes(type: String)
    }

    package let name: String
    package let kind: Kind
    /// In `.rodata`, in bytes.
    package let offset: Int
    /// In bytes.
    package let size: Int
    /// The value in the source.
    package let defaultBytes: [UInt8]
    /// The texts of its `btf_decl_tag` attributes, in source order.
    package let tags: [String]

    /// The value in the source, by its kind.
    package var defaultValue: KnobValue {
        switch kind {
        case .bool: .bool(unsignedDefault != 0)
        case .signed, .enumeration(_, _, isSigned: true, _):
            .signed((Int64(bitPattern: unsignedDefault) << (64 - 8 * size)) >> (64 - 8 * size))
        case .unsigned, .enumeration: .unsigned(unsignedDefault)
        case .string: .string(String(decoding: defaultBytes.prefix { $0 != 0 }, as: UTF8.self))
        case .bytes: .bytes(defaultBytes)
        }
    }

    /// What a number or a truth value of its type can be, as far as 63 bits hold it; nil: it is
    /// neither.
    package var integerRange: ClosedRange<Int64>? {
        switch kind {
        case .bool: 0...1
        case .signed(let bits): (Int64.min >> (64 - bits))...(Int64.max >> (64 - bits))
        case .unsigned(let bits): 0...(bits == 64 ? Int64.max : (1 << bits) - 1)
        default: nil
        }
    }

    private var unsignedDefault: UInt64 {
        // BPF objects are built for the byte order of the machine, and those we have are little.
        defaultBytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// A value for a knob.
package enum KnobValue: Equatable, Sendable {
    case bool(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    /// Text, or the name of an enumeration's case.
    case string(String)
    case bytes([UInt8])
}

extension KnobValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
{
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .signed(value) }
    package init(stringLiteral value: String) { self = .string(value) }
}

extension Knob {
    /// The bytes of `value` in this knob; throws `.invalidArgument` with what it takes.
    func encode(_ value: KnobValue) throws(BPFError) -> [UInt8] {
        let bytes: [UInt8]? =
            switch (kind, value) {
            case (.bool, .bool(let value)): encodeInteger(.unsigned(value ? 1 : 0), isSigned: false)
            case (.signed, _): encodeInteger(value, isSigned: true)
            case (.unsigned, _): encodeInteger(value, isSigned: false)
            case (.enumeration(_, _, let isSigned, let cases), .string(let name)):
                cases[name].flatMap { encodeInteger(.signed($0), isSigned: isSigned) }
            case (.enumeration(_, _, let isSigned, _), _):
                encodeInteger(value, isSigned: isSigned)
            case (.string(let capacity), .string(let text)) where text.utf8.count < capacity:
                Array(text.utf8) + Array(repeating: 0, count: capacity - text.utf8.count)
            case (.bytes, .bytes(let bytes)) where bytes.count == size: bytes
            default: nil
            }
        guard let bytes else {
            throw BPFError(
                .invalidArgument, what: "set the knob to \(value)", subject: name,
                hint: "it takes \(expectation)")
        }
        return bytes
    }

    private func encodeInteger(_ value: KnobValue, isSigned: Bool) -> [UInt8]? {
        let bits: UInt64
        switch value {
        case .signed(let value):
            guard isSigned ? fits(value) : value >= 0 && fits(UInt64(value)) else { return nil }
            bits = UInt64(bitPattern: value)
        case .unsigned(let value):
            guard isSigned ? value <= Int64.max && fits(Int64(value)) : fits(value) else {
                return nil
            }
            bits = value
        default:
            return nil
        }
        return (0..<size).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    }

    private func fits(_ value: UInt64) -> Bool {
        value >> (8 * UInt64(size)) == 0
    }

    private func fits(_ value: Int64) -> Bool {
        let rest = value >> (8 * Int64(size) - 1)
        return rest == 0 || rest == -1
    }

    private var expectation: String {
        switch kind {
        case .bool: "a boolean"
        case .signed(let bits): "an integer of \(bits) bits"
        case .unsigned(let bits): "an integer of \(bits) bits, not negative"
        case .enumeration(_, let bits, _, let cases):
            "one of \(cases.keys.sorted().joined(separator: ", ")), or an integer of \(bits) bits"
        case .string(let capacity): "at most \(capacity - 1) bytes of text"
        case .bytes: "\(size) bytes"
        }
    }
}
