/// A BPF object file carried inside the binary.
package struct EmbeddedObject: Sendable {
    /// The stem of the source file: `policy` of `policy.bpf.c`.
    package let name: String

    private let base64: StaticString

    /// Made by the code that the plugin `EmbedBPF` generates.
    package init(name: String, base64: StaticString) {
        self.name = name
        self.base64 = base64
    }

    /// The ELF file, decoded at each call.
    package var bytes: [UInt8] {
        let text = UnsafeBufferPointer(start: base64.utf8Start, count: base64.utf8CodeUnitCount)
        return [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { bytes, count in
            count = decodeBase64(text, into: bytes)
        }
    }
}

/// Decodes standard base64 (RFC 4648, section 4) without line breaks; returns the bytes written.
///
/// `output` has room for three bytes per four characters. The text comes from the build, so it
/// isn't validated.
func decodeBase64(
    _ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
) -> Int {
    let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { values in
        values.initialize(repeating: 0)
        for (value, character) in base64Alphabet.utf8.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        var read = 0
        var written = 0
        while read + 4 <= text.count {
            let group =
                UInt32(values[Int(text[read])]) << 18 | UInt32(values[Int(text[read + 1])]) << 12
                | UInt32(values[Int(text[read + 2])]) << 6 | UInt32(values[Int(text[read + 3])])
            output[written] = UInt8(truncatingIfNeeded: group >> 16)
            output[written + 1] = UInt8(truncatingIfNeeded: group >> 8)
            output[written + 2] = UInt8(truncatingIfNeeded: group)
            read += 4
            written += 3
        }
        return written - padding
    }
}

private let base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
