import CongestionControl

/// What a BPF controller keeps of one connection, by name: what its source shows with
/// `TCPTUNE_FIELD`. `tcptune cc show NAME` says what each field means.
public struct ControllerState: Equatable, Sendable {
    /// What a field has; the unit is in the field's name.
    public indirect enum Value: Equatable, Sendable {
        case bool(Bool)
        case signed(Int64)
        case unsigned(UInt64)
        /// A fixed-point number.
        case decimal(Double)
        /// The name of an enumeration's value.
        case name(String)
        /// An array's elements.
        case list([Value])
        /// A structure inside the state.
        case group(ControllerState)
    }

    /// A member of the state.
    public struct Field: Equatable, Sendable {
        public let name: String
        public let value: Value
    }

    /// In the order of the source.
    public let fields: [Field]

    /// The value of a field, or of one inside groups: `state["standing", "current_us"]`.
    public subscript(_ path: String...) -> Value? {
        var value: Value? = .group(self)
        for name in path {
            guard case .group(let state) = value else { return nil }
            value = state.fields.first { $0.name == name }?.value
        }
        return value
    }
}

extension StateDescription {
    /// The state in the bytes that a socket has for its controller; a field beyond their end isn't
    /// in it.
    ///
    /// They were copied while the controller may have been at work, so two fields can be of
    /// different ACKs.
    package func decode(_ bytes: UnsafeRawBufferPointer) -> ControllerState {
        decode(bytes, from: 0)
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, from start: Int) -> ControllerState {
        ControllerState(
            fields: fields.filter { start + $0.bits.upperBound <= bytes.count * 8 }.map { field in
                let bits = start + field.bits.lowerBound..<start + field.bits.upperBound
                return ControllerState.Field(
                    name: field.name, value: Self.value(field.kind, bytes, bits))
            })
    }

    private static func value(
        _ kind: Kind, _ bytes: UnsafeRawBufferPointer, _ bits: Range<Int>
    ) -> ControllerState.Value {
        switch kind {
        case .bool:
            return .bool(unsigned(bytes, bits) != 0)
        case .signed(let fractionBits):
            let value = signed(bytes, bits)
            return fractionBits == 0
                ? .signed(value) : .decimal(Double(value) / exp2(fractionBits))
        case .unsigned(let fractionBits):
            let value = unsigned(bytes, bits)
            return fractionBits == 0
                ? .unsigned(value) : .decimal(Double(value) / exp2(fractionBits))
        case .enumeration(let isSigned, let names):
            let value =
                isSigned ? signed(bytes, bits) : Int64(bitPattern: unsigned(bytes, bits))
            return names[value].map { .name($0) } ?? .signed(value)
        case .structure(let description):
            return .group(description.decode(bytes, from: bits.lowerBound))
        case .array(let element, let count, let size):
            return .list(
                (0..<count).map { index in
                    let start = bits.lowerBound + index * size
                    return value(element, bytes, start..<start + size)
                })
        }
    }

    private static func exp2(_ exponent: Int) -> Double {
        Double(UInt64(1) << exponent)
    }

    /// At most 64 bits, the lowest first: BPF objects have the machine's byte order, which is
    /// little-endian.
    private static func unsigned(_ bytes: UnsafeRawBufferPointer, _ bits: Range<Int>) -> UInt64 {
        let whole = (bits.lowerBound / 8..<(bits.upperBound + 7) / 8).clamped(to: 0..<bytes.count)
        let value = bytes[whole].reversed().reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        let unused = 64 - bits.count
        return (UInt64(truncatingIfNeeded: value >> (bits.lowerBound % 8)) << unused) >> unused
    }

    private static func signed(_ bytes: UnsafeRawBufferPointer, _ bits: Range<Int>) -> Int64 {
        let unused = 64 - bits.count
        return Int64(bitPattern: unsigned(bytes, bits) << unused) >> unused
    }
}
