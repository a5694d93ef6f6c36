import Glibc

/// Gives inputs to a parser, and stops the program when one takes more than three seconds of the
/// CPU. A build that is watched takes some seven times as long as the real one.
struct Trial {
    private let parser: Parser
    /// What inputs are blown up to; nil: they are taken as they are.
    private let length: Int?

    init(_ parser: Parser, length: Int?) {
        self.parser = parser
        self.length = length
    }

    func take(_ input: [UInt8]) {
        let input = length.map { Self.blown(up: input, to: $0) } ?? input
        let begin = Self.cpuTime()
        parser.read(input)
        let time = Self.cpuTime() - begin
        expect(time < 3, "\(input.count) bytes took \(time) s")
    }

    /// A part of the input again and again between what is before and behind it: what a parser does
    /// more than once for each byte takes long then. The input alone decides which part.
    private static func blown(up input: [UInt8], to length: Int) -> [UInt8] {
        guard !input.isEmpty else { return input }
        var state: UInt64 = input.reduce(0xcbf2_9ce4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        func place(_ end: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % end
        }
        let start = place(input.count)
        let part = input[start...].prefix(1 + place(min(64, input.count - start)))
        let rest = max(0, length - input.count) / part.count
        var result = Array(input[..<start])
        result.reserveCapacity(length)
        for _ in 0...rest { result += part }
        return result + input[part.endIndex...]
    }

    private static func cpuTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Something that reads what others have written.
struct Parser: Sendable {
    let name: String
    /// Bytes that an input has at most, unless it is blown up.
    let maximumLength: Int
    let read: @Sendable ([UInt8]) -> Void

    init(_ name: String, _ maximumLength: Int = 4096, _ read: @escaping @Sendable ([UInt8]) -> Void)
    {
        self.name = name
        self.maximumLength = maximumLength
        self.read = read
    }

    /// One whose input is text.
    init(text name: String, _ read: @escaping @Sendable (String) -> Void) {
        self.init(name) { read(String(decoding: $0, as: UTF8.self)) }
    }

    static let all = documents + objects + host + runtime + records
}

/// Ends the program: what it was to hold doesn't.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { fatalError(what()) }
}
