import PlainText

extension LinkSpecParser {
    /// What a clause begins with.
    static let words = [
        "rate", "unlimited", "trace", "rtt", "delay", "jitter", "buffer", "step", "red", "codel",
        "loss", "reorder", "duplicate", "at", "up",
    ]
    /// What stands inside of clauses.
    static let innerWords = [
        "unordered", "min", "max", "probability", "weight", "target", "interval", "gemodel",
        "every", "script", "by",
    ]

    mutating func parseClause(_ token: Token) throws(LinkSpecError) {
        switch token.text {
        case "rate": try parseRate(argument(LinkQuantity.rate.expectation))
        case "trace": try setRate(.trace(argument("a trace's name")), at: token)
        case "rtt":
            guard rtt == nil else { throw error(.repeated, token, "rtt is given twice", "one rtt") }
            rtt = (try value(.rtt), token)
        case "delay":
            try once(token, as: "delay")
            section.delay = try value(.delay)
        case "jitter":
            try once(token, as: "jitter")
            let amplitude = try value(.delay)
            section.jitter = JitterSpec(amplitude: amplitude, keepsOrder: !take("unordered"))
        case "buffer":
            try once(token, as: "buffer")
            section.limit = try parseLimit()
        case "step":
            try once(token, as: "queue discipline")
            section.discipline = .step(try parseAmount())
        case "red":
            try once(token, as: "queue discipline")
            section.discipline = .red(try parseRED(token))
        case "codel":
            try once(token, as: "queue discipline")
            section.discipline = .codel(try parseCoDel(token))
        case "loss":
            try once(token, as: "loss")
            section.loss = try parseLoss()
        case "reorder":
            try once(token, as: "reorder")
            let probability = try parseProbability()
            section.reorder = (probability, take("by") ? try value(.delay) : nil)
        case "duplicate":
            try once(token, as: "duplicate")
            section.duplicate = try parseProbability()
        default:
            guard isRate(token) else { throw unknown(token) }
            try parseRate(token)
        }
    }

    // MARK: Rates

    func isTraceName(_ token: Token) -> Bool {
        guard case .trace = sections[0].rate else { return false }
        return !Self.words.contains(token.text) && !isRate(token)
    }

    private func isRate(_ token: Token) -> Bool {
        let first = token.text.prefix { $0 != "/" }
        return first == "unlimited" || (try? LinkQuantity.rate.parse(String(first))) != nil
    }

    mutating func setRate(_ rate: Rate, at token: Token) throws(LinkSpecError) {
        try once(token, as: "rate")
        section.rate = rate
    }

    mutating func parseRate(_ token: Token) throws(LinkSpecError) {
        let (rate, upRate) = try ratePair(token)
        try setRate(.spec(rate), at: token)
        section.upRate = upRate.map { .spec($0) }
    }

    /// `RATE` or `RATE/RATE`, the second the up direction's.
    func ratePair(_ token: Token) throws(LinkSpecError) -> (RateSpec, RateSpec?) {
        let parts = token.text.split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        guard parts.count == 2 else { return (try rate(token), nil) }
        let second = Token(text: parts[1], offset: token.offset + parts[0].count + 1)
        guard !isUp else {
            throw error(
                .syntax, second, "a second rate after 'up'", "the up direction's rate alone")
        }
        return (try rate(Token(text: parts[0], offset: token.offset)), try rate(second))
    }

    private func rate(_ token: Token) throws(LinkSpecError) -> RateSpec {
        token.text == "unlimited" ? .unlimited : .constant(bitsPerSecond: try value(.rate, token))
    }

    // MARK: Unknown words

    private func unknown(_ token: Token) -> LinkSpecError {
        let kinds: [(LinkQuantity, String)] = [
            (.duration, "rtt, delay or jitter"), (.bytes, "buffer or step"),
            (.packets, "buffer or step"), (.bdp, "buffer"), (.probability, "loss"),
        ]
        for (kind, words) in kinds where (try? kind.parse(token.text)) != nil {
            return error(
                .syntax, token, "\(Quoted(token.text)) without a word before it",
                "\(words), as in '\(words.prefix { $0.isLetter }) \(token.text)'")
        }
        if token.text.first?.isNumber == true {
            do throws(LinkSpecError) { _ = try value(.rate, token) } catch { return error }
        }
        return error(
            .syntax, token, "unknown word \(Quoted(token.text))",
            "a rate or one of \(Self.words.joined(separator: ", "))"
                + didYouMean(token.text, Self.words + Self.innerWords))
    }
}
