/// Makes a protobuf message, field by field.
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func add(_ number: Int, _ text: String) {
        add(number, bytes: Array(text.utf8))
    }

    package mutating func add(_ number: Int, _ value: UInt64) {
        varint(UInt64(number) << 3)
        varint(value)
    }

    package mutating func add(_ number: Int, _ flag: Bool) {
        add(number, flag ? 1 : 0)
    }

    package mutating func add(_ number: Int, _ fill: (inout ProtobufWriter) -> Void) {
        var message = ProtobufWriter()
        fill(&message)
        add(number, bytes: message.bytes)
    }

    /// A map field: an entry for each pair, in the keys' order.
    package mutating func add(_ number: Int, _ map: [String: String]) {
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            add(number) {
                $0.add(1, key)
                $0.add(2, value)
            }
        }
    }

    private mutating func add(_ number: Int, bytes content: [UInt8]) {
        varint(UInt64(number) << 3 | 2)
        varint(UInt64(content.count))
        bytes += content
    }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(value & 0x7f) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }
}
