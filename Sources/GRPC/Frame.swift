/// A frame of HTTP/2 (RFC 9113, 4.1).
struct Frame {
    /// What the frame is; others than these are to be ignored.
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let resetStream: UInt8 = 3
        static let settings: UInt8 = 4
        static let pushPromise: UInt8 = 5
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    enum Flag {
        static let acknowledgement: UInt8 = 0x1
        static let endStream: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
        static let priority: UInt8 = 0x20
    }

    enum Setting {
        static let enablePush = 2
        static let initialWindowSize = 4
        static let maximumFrameSize = 5
    }

    static let headerSize = 9
    /// SETTINGS_MAX_FRAME_SIZE where nobody says otherwise.
    static let defaultMaximumSize = 16384
    static let maximumWindow = 0x7fff_ffff

    let kind: UInt8
    let flags: UInt8
    let stream: UInt32
    var payload: [UInt8]

    init(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    var bytes: [UInt8] {
        let length = payload.count
        return [
            UInt8(length >> 16), UInt8(length >> 8 & 0xff), UInt8(length & 0xff), kind, flags,
        ] + Self.bigEndian(stream) + payload
    }

    /// The first frame in `bytes`, with its size; nil: not all of it is there.
    static func parse(
        _ bytes: ArraySlice<UInt8>
    ) throws(WireError) -> (frame: Frame, size: Int)? {
        guard bytes.count >= headerSize else { return nil }
        let start = bytes.startIndex
        let length =
            Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
        guard length <= defaultMaximumSize else {
            throw WireError("a frame of \(length) bytes, more than was allowed")
        }
        guard bytes.count >= headerSize + length else { return nil }
        let stream = number(bytes[(start + 5)..<(start + 9)]) & 0x7fff_ffff
        let frame = Frame(
            bytes[start + 3], flags: bytes[start + 4], stream: stream,
            Array(bytes[(start + headerSize)..<(start + headerSize + length)]))
        return (frame, headerSize + length)
    }

    /// The payload without padding (6.1) and priority (6.2).
    func content() throws(WireError) -> ArraySlice<UInt8> {
        var rest = payload[...]
        var padding = 0
        if has(Flag.padded) {
            guard let count = rest.popFirst() else {
                throw WireError("a frame without its padding")
            }
            padding = Int(count)
        }
        let priority = kind == Kind.headers && has(Flag.priority) ? 5 : 0
        guard rest.count >= priority + padding else {
            throw WireError("a frame that is all padding")
        }
        return rest.dropFirst(priority).dropLast(padding)
    }

    /// The number that the payload begins with.
    func number(at offset: Int = 0) throws(WireError) -> UInt32 {
        guard payload.count >= offset + 4 else { throw WireError("a frame that is too short") }
        return Self.number(payload[offset..<(offset + 4)])
    }

    /// The pairs of a SETTINGS frame.
    func settings() throws(WireError) -> [(key: Int, value: UInt32)] {
        guard payload.count % 6 == 0 else { throw WireError("settings that stop") }
        return stride(from: 0, to: payload.count, by: 6).map { start in
            let key = Int(payload[start]) << 8 | Int(payload[start + 1])
            return (key, Self.number(payload[(start + 2)..<(start + 6)]))
        }
    }

    static func settings(_ pairs: [(key: Int, value: UInt32)]) -> Frame {
        var payload: [UInt8] = []
        for (key, value) in pairs {
            payload += [UInt8(key >> 8), UInt8(key & 0xff)] + bigEndian(value)
        }
        return Frame(Kind.settings, payload)
    }

    static func windowUpdate(_ stream: UInt32, _ increment: Int) -> Frame {
        Frame(Kind.windowUpdate, stream: stream, bigEndian(UInt32(increment)))
    }

    static func bigEndian(_ number: UInt32) -> [UInt8] {
        [
            UInt8(number >> 24), UInt8(number >> 16 & 0xff), UInt8(number >> 8 & 0xff),
            UInt8(number & 0xff),
        ]
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
