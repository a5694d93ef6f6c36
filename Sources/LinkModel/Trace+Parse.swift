import PlainText

extension Trace {
    package static let maximumSize = 64 << 20
    /// A longer time without an opportunity is a recording that broke off; in milliseconds.
    package static let maximumHole: UInt32 = 60_000

    /// Reads a trace file: one number of milliseconds on each line, never less than the one before.
    package static func parse(_ bytes: [UInt8], name: String) throws(TraceError) -> Trace {
        func refuse(_ line: Int?, _ problem: String, _ expected: String) -> TraceError {
            TraceError(file: name, line: line, problem: problem, expected: expected)
        }
        guard bytes.count <= maximumSize else {
            throw refuse(
                nil, "the file has \(bytes.count) bytes", "at most \(maximumSize >> 20) MiB")
        }
        var opportunities: [UInt32] = []
        opportunities.reserveCapacity(bytes.count / 5)
        var previous: UInt32 = 0
        var line = 0
        var begin = 0
        while begin < bytes.count {
            line += 1
            let newline = bytes[begin...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var end = newline
            if end > begin, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            guard let time = number(bytes[begin..<end]) else {
                let start = String(decoding: bytes[begin..<end].prefix(200), as: UTF8.self)
                throw refuse(
                    line, "\(Quoted(start)) is no time",
                    "a whole number of milliseconds and nothing else")
            }
            guard time >= previous else {
                throw refuse(
                    line, "\(time) is less than the time before, \(previous)",
                    "times that never decrease")
            }
            guard time - previous <= maximumHole else {
                throw refuse(
                    line, "nothing for \(time - previous) ms before \(time)",
                    "an opportunity at least every \(maximumHole / 1000) s")
            }
            opportunities.append(time)
            previous = time
            begin = newline + 1
        }
        guard !opportunities.isEmpty else {
            throw refuse(nil, "the file is empty", "one time in milliseconds on each line")
        }
        guard previous > 0 else {
            throw refuse(line, "the last time, which is the period, is 0", "a time above 0")
        }
        return Trace(name: name, opportunities: opportunities)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard (1...10).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return UInt32(exactly: value)
    }
}
