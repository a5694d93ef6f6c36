import PlainText

extension Workload {
    /// Reads a workload's text.
    package init(parsing text: String) throws(WorkloadSyntaxError) {
        var parser = WorkloadParser(text)
        self.init(components: try parser.workload())
    }
}

/// Reads `KIND:DURATION[,KEY=VALUE]…[+…]`.
struct WorkloadParser {
    private let text: String
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// A piece of the text.
    struct Word {
        let text: String
        let offset: Int
    }

    mutating func workload() throws(WorkloadSyntaxError) -> [Workload.Component] {
        var components = [try component()]
        while position < bytes.count {
            // Nothing else ends a component.
            position += 1
            guard components.count < Limits.components else {
                throw error(
                    position, "too many components", "at most \(Limits.components) of them")
            }
            components.append(try component())
        }
        return components
    }

    private mutating func component() throws(WorkloadSyntaxError) -> Workload.Component {
        let name = word(until: ":,+=")
        var kind: Workload.Kind
        switch name.text {
        case "bulk": kind = .bulk(.init())
        case "rr": kind = .requestResponse(.init())
        case "flows": kind = .flows(.init())
        case "video": kind = .video(.init())
        default:
            let problem =
                name.text.isEmpty ? "no workload" : "unknown workload \(Quoted(name.text))"
            throw error(name.offset, problem, "bulk, rr, flows or video")
        }
        try expect(":", "a colon and the duration, as in \(name.text):30s")
        let duration = try quantity(.duration, word(until: ",+"), in: Limits.duration)
        var component = Workload.Component(kind: kind, duration: duration)
        var seen: Set<String> = []
        while position < bytes.count, bytes[position] == UInt8(ascii: ",") {
            position += 1
            let key = word(until: "=,+")
            let isKnown = kind.keys.contains(key.text)
            guard isKnown else {
                let problem = key.text.isEmpty ? "no key" : "unknown key \(Quoted(key.text))"
                throw error(key.offset, problem, kind.keys.joined(separator: ", "))
            }
            guard seen.insert(key.text).inserted else {
                throw error(key.offset, "\(key.text) twice", "each key once")
            }
            if key.text == "fixed" && seen.contains("distribution")
                || key.text == "distribution" && seen.contains("fixed")
            {
                throw error(key.offset, "two sizes", "either distribution or fixed")
            }
            try expect("=", "an equals sign and a value after \(key.text)")
            let value = word(until: ",+")
            if key.text == "start" {
                component.start = try quantity(.duration, value, in: Limits.delay)
            } else {
                try set(key.text, value, of: &kind)
            }
        }
        try check(kind, duration, name.offset)
        component.kind = kind
        return component
    }

    private func set(
        _ key: String, _ value: Word, of kind: inout Workload.Kind
    ) throws(WorkloadSyntaxError) {
        switch kind {
        case .bulk(var bulk):
            bulk.flows = try count(value)
            kind = .bulk(bulk)
        case .requestResponse(var rr):
            switch key {
            case "request": rr.request = try quantity(.size, value, in: Limits.size)
            case "response": rr.response = try quantity(.size, value, in: Limits.size)
            case "think": rr.think = try quantity(.duration, value, in: Limits.delay)
            default: rr.concurrency = try count(value)
            }
            kind = .requestResponse(rr)
        case .flows(var flows):
            switch key {
            case "distribution":
                guard let sizes = SizeDistribution.named(value.text) else {
                    throw error(
                        value.offset, "unknown distribution \(Quoted(value.text))",
                        "web-search or data-mining, or fixed=SIZE instead")
                }
                flows.sizes = sizes
            case "fixed": flows.sizes = .fixed(try quantity(.size, value, in: Limits.size))
            case "load": flows.load = try load(value)
            case "size-cap": flows.sizeCap = try quantity(.size, value, in: Limits.size)
            default: flows.drain = try quantity(.duration, value, in: Limits.delay)
            }
            kind = .flows(flows)
        case .video(var video):
            switch key {
            case "bitrate": video.bitrate = try quantity(.rate, value, in: Limits.rate)
            case "segment": video.segment = try quantity(.duration, value, in: Limits.duration)
            case "buffer": video.buffer = try quantity(.duration, value, in: Limits.duration)
            default: video.flows = try count(value)
            }
            kind = .video(video)
        }
    }

    /// What no value says by itself.
    private func check(
        _ kind: Workload.Kind, _ duration: Int, _ offset: Int
    ) throws(WorkloadSyntaxError) {
        let time = WorkloadQuantity.duration
        switch kind {
        case .flows(let flows) where flows.drain >= duration:
            throw error(
                offset, "no time for a flow to start", "a drain below \(time.format(duration))")
        case .video(let video) where video.buffer < video.segment:
            throw error(
                offset, "no segment fits the buffer",
                "a buffer of at least \(time.format(video.segment))")
        case .video(let video) where video.segmentSize > Limits.size.upperBound:
            throw error(offset, "the segments are too large", "a lower bitrate or shorter ones")
        default: break
        }
    }

    // MARK: Values

    private func quantity(
        _ quantity: WorkloadQuantity, _ word: Word, in range: ClosedRange<Int>
    ) throws(WorkloadSyntaxError) -> Int {
        do {
            return try quantity.parse(word.text, in: range)
        } catch let problem {
            throw error(word.offset, problem.problem, problem.expected)
        }
    }

    private func count(_ word: Word) throws(WorkloadSyntaxError) -> Int {
        guard let count = Int(word.text), Limits.count.contains(count) else {
            throw error(
                word.offset, "\(Quoted(word.text)) is no number of connections",
                "\(Limits.count.lowerBound) to \(Limits.count.upperBound)")
        }
        return count
    }

    private func load(_ word: Word) throws(WorkloadSyntaxError) -> Workload.Load {
        guard word.text.last == "%" else {
            guard word.text.contains("bit") else {
                throw error(
                    word.offset, "\(Quoted(word.text)) is no load",
                    "a share of the link's rate, such as 60%, or a rate, such as 30Mbit")
            }
            return .rate(try quantity(.rate, word, in: Limits.rate))
        }
        let number = word.text.dropLast()
        guard number.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }),
            let percent = Double(number), percent >= 0.01, percent <= Limits.percent
        else {
            throw error(
                word.offset, "\(Quoted(word.text)) is no load", "0.01% to \(Int(Limits.percent))%")
        }
        return .percent(percent)
    }

    // MARK: Pieces

    private mutating func word(until ends: String) -> Word {
        let begin = position
        while position < bytes.count, !ends.utf8.contains(bytes[position]) { position += 1 }
        return Word(text: String(decoding: bytes[begin..<position], as: UTF8.self), offset: begin)
    }

    private mutating func expect(
        _ character: Unicode.Scalar, _ expected: String
    ) throws(WorkloadSyntaxError) {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            let rest = String(decoding: bytes[position...], as: UTF8.self)
            let found = rest.isEmpty ? "the end" : "\(Quoted(rest.prefix(1)))"
            throw error(position, "unexpected \(found)", expected)
        }
        position += 1
    }

    private func error(_ offset: Int, _ problem: String, _ expected: String) -> WorkloadSyntaxError
    {
        WorkloadSyntaxError(text: text, offset: offset, problem: problem, expected: expected)
    }

    enum Limits {
        static let components = 16
        /// 1 ms to 24 h
        static let duration = 1_000_000...86_400_000_000_000
        static let delay = 0...86_400_000_000_000
        static let size = 1...1_000_000_000_000
        static let rate = 1000...1_000_000_000_000
        static let count = 1...4096
        static let percent = 200.0
    }
}

extension Workload.Kind {
    /// The keys it takes.
    fileprivate var keys: [String] {
        switch self {
        case .bulk: ["flows", "start"]
        case .requestResponse: ["request", "response", "think", "concurrency", "start"]
        case .flows: ["distribution", "fixed", "load", "size-cap", "drain", "start"]
        case .video: ["bitrate", "segment", "buffer", "flows", "start"]
        }
    }
}
