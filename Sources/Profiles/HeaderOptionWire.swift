/// A TCP option as it is on the wire (docs/header-options.md).
package enum HeaderOptionWire: Sendable, Equatable {
    case hello(HelloOption)
    case telemetry(TelemetryOption)
    case userTimeout(UserTimeoutOption)
    /// One with another ExID than tcptune's, of kind 254.
    case experiment(exid: UInt16, value: [UInt8])
    /// Any other, without its kind and length.
    case other(kind: UInt8, value: [UInt8])
    /// tcptune's ExID, but another version, type or length: the whole option.
    case unknown([UInt8])

    package static let exid: UInt16 = 0x7474
    package static let experimentKind: UInt8 = 254
    package static let userTimeoutKind: UInt8 = 28
    static let version: UInt8 = 1
    static let helloType: UInt8 = 1
    static let telemetryType: UInt8 = 2

    /// Every option of a header, up to the end or to where the lengths stop making sense.
    ///
    /// - Returns: the options, without padding, and whether there was a length that can't be.
    package static func parse(
        _ bytes: [UInt8]
    ) -> (options: [HeaderOptionWire], isTruncated: Bool) {
        var options: [HeaderOptionWire] = []
        var rest = bytes[...]
        while let kind = rest.first, kind != 0 {
            guard kind != 1 else {
                rest = rest.dropFirst()
                continue
            }
            guard let length = rest.dropFirst().first, (2...rest.count).contains(Int(length)) else {
                return (options, true)
            }
            options.append(HeaderOptionWire(rest.prefix(Int(length))))
            rest = rest.dropFirst(Int(length))
        }
        return (options, false)
    }

    /// - Parameter option: as long as its second byte says.
    private init(_ option: ArraySlice<UInt8>) {
        var reader = OptionReader(option.dropFirst(2))
        let kind = option.first ?? 0
        switch kind {
        case Self.userTimeoutKind where option.count == 4:
            self = .userTimeout(UserTimeoutOption(field: reader.two()))
        case Self.experimentKind where option.count >= 4:
            let exid = reader.two()
            self =
                exid == Self.exid
                ? Self.own(&reader) ?? .unknown(Array(option))
                : .experiment(exid: exid, value: Array(reader.rest))
        default: self = .other(kind: kind, value: Array(reader.rest))
        }
    }

    private static func own(_ reader: inout OptionReader) -> HeaderOptionWire? {
        switch reader.byte() {
        case version << 4 | helloType: HelloOption(&reader).map(HeaderOptionWire.hello)
        case version << 4 | telemetryType: TelemetryOption(&reader).map(HeaderOptionWire.telemetry)
        default: nil
        }
    }

    /// The whole option, kind and length first.
    ///
    /// - Precondition: a value fits the length's byte.
    package var bytes: [UInt8] {
        switch self {
        case .hello(let hello): Self.own(Self.helloType, hello.fields)
        case .telemetry(let telemetry): Self.own(Self.telemetryType, telemetry.fields)
        case .userTimeout(let timeout):
            Self.option(Self.userTimeoutKind, timeout.field.networkOrder)
        case .experiment(let exid, let value):
            Self.option(Self.experimentKind, exid.networkOrder + value)
        case .other(let kind, let value): Self.option(kind, value)
        case .unknown(let bytes): bytes
        }
    }

    private static func own(_ type: UInt8, _ fields: [UInt8]) -> [UInt8] {
        option(experimentKind, exid.networkOrder + [version << 4 | type] + fields)
    }

    private static func option(_ kind: UInt8, _ value: [UInt8]) -> [UInt8] {
        [kind, UInt8(value.count + 2)] + value
    }
}

/// RFC 5482, section 3: 15 bits of seconds or of minutes.
package struct UserTimeoutOption: Sendable, Equatable {
    /// As it is in the option.
    package let field: UInt16

    package init(field: UInt16) { self.field = field }

    /// The nearest timeout that can be told, not above it.
    package init(seconds: Int) {
        field =
            seconds <= 32767
            ? UInt16(max(seconds, 0)) : 0x8000 | UInt16(min(seconds / 60, 32767))
    }

    package var seconds: Int { Int(field & 0x7fff) * (field & 0x8000 == 0 ? 1 : 60) }
}

/// Fields from the front; zeros where there are no more.
struct OptionReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }
    mutating func two() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }
    mutating func four() -> UInt32 { UInt32(two()) << 16 | UInt32(two()) }
}

extension FixedWidthInteger {
    /// The most significant byte first.
    var networkOrder: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: self >> Self($0))
        }
    }
}
