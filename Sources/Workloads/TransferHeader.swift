/// With what a connection begins: what both ends are going to transfer.
///
/// Then come `exchanges` exchanges: the client sends `up` bytes, the server answers with `down`
/// bytes. After the last the server closes. The bytes mean nothing.
struct TransferHeader: Equatable {
    var flow: UInt64
    /// Bytes from the client, ``endless`` until it closes.
    var up: UInt64
    /// Bytes from the server, ``endless`` until the client closes.
    var down: UInt64
    /// All ones: until the client closes.
    var exchanges: UInt32 = 1

    static let endless = UInt64.max
    static let size = 40

    private static let magic: UInt32 = 0x7463_7074
    private static let version: UInt8 = 1
    /// 1 TB
    private static let largest: UInt64 = 1_000_000_000_000

    /// In network byte order: magic, version, three zeros, flow, up, down, exchanges, four zeros.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
        }
        add(Self.magic)
        add(Self.version)
        bytes += [0, 0, 0]
        add(flow)
        add(up)
        add(down)
        add(exchanges)
        bytes += [0, 0, 0, 0]
        return bytes
    }

    init(flow: UInt64, up: UInt64, down: UInt64, exchanges: UInt32 = 1) {
        self.flow = flow
        self.up = up
        self.down = down
        self.exchanges = exchanges
    }

    /// Nil where it isn't a header of this version, or asks for what makes no sense.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        func read<Value: FixedWidthInteger>(_ offset: Int, _ type: Value.Type) -> Value {
            bytes[offset..<offset + Value.bitWidth / 8].reduce(0) { $0 << 8 | Value($1) }
        }
        guard read(0, UInt32.self) == Self.magic, bytes[4] == Self.version,
            bytes[5..<8].allSatisfy({ $0 == 0 }), bytes[36..<40].allSatisfy({ $0 == 0 })
        else { return nil }
        flow = read(8, UInt64.self)
        up = read(16, UInt64.self)
        down = read(24, UInt64.self)
        exchanges = read(32, UInt32.self)
        guard exchanges > 0, up > 0 || down > 0,
            up <= Self.largest || up == Self.endless,
            down <= Self.largest || down == Self.endless,
            // Nothing comes after what doesn't end.
            exchanges == 1 || (up != Self.endless && down != Self.endless),
            up != Self.endless || down == 0
        else { return nil }
    }
}
