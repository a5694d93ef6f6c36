import PlainText

extension [UInt8] {
    /// `name{labels} `
    mutating func append(name: String, _ labels: Labels) {
        self += name.utf8
        if !labels.encoded.isEmpty {
            append(UInt8(ascii: "{"))
            self += labels.encoded
            append(UInt8(ascii: "}"))
        }
        append(UInt8(ascii: " "))
    }

    /// Text with backslashes and newlines escaped, and quotes on request. Other characters that
    /// steer a terminal, for which the formats have no escape, stand as `\\u{1B}`.
    mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in Printable.lines(text).utf8 {
            switch byte {
            case UInt8(ascii: "\\"): self += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
            case UInt8(ascii: "\n"): self += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\"") where quotes: self += [UInt8(ascii: "\\"), UInt8(ascii: "\"")]
            default: append(byte)
            }
        }
    }

    mutating func append(number: UInt64) {
        guard number > 9 else { return append(UInt8(ascii: "0") + UInt8(number)) }
        let begin = count
        var rest = number
        while rest > 0 {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        self[begin...].reverse()
    }

    /// The shortest text that reads back as the same number; an integer without a fraction.
    mutating func append(number: Double) {
        if number.isNaN {
            self += "NaN".utf8
        } else if number.isInfinite {
            self += (number < 0 ? "-Inf" : "+Inf").utf8
        } else if let integer = Int64(exactly: number), integer.magnitude < 1 << 53 {
            if integer < 0 { append(UInt8(ascii: "-")) }
            append(number: integer.magnitude)
        } else {
            self += number.description.utf8
        }
    }
}
