import PlainText

/// Reads a link's text into two drafts, one clause after the other.
struct LinkSpecParser {
    /// A word between spaces.
    struct Token {
        let text: String
        /// In characters.
        let offset: Int
    }

    /// A rate as written: traces are read when all else is right.
    enum Rate {
        case spec(RateSpec)
        case trace(Token)
    }

    /// What a section says of its direction.
    struct Section {
        var rate: Rate?
        /// After the slash, in the first section.
        var upRate: Rate?
        var delay: Int64?
        var jitter: JitterSpec?
        /// Bytes of a BDP are not known yet.
        var limit: QueueLimit?
        var discipline: QueueDiscipline?
        var loss: LossSpec?
        var reorder: (probability: Probability, lead: Int64?)?
        var duplicate: Probability?
        var steps: [LinkStep] = []
        /// Of the up direction alone, in the first section: rates after a slash.
        var upSteps: [LinkStep] = []
        var lastStepTime: Int64 = -1
        /// The first change of the rate.
        var rateStep: Token?
        /// Where each word stands that was given, to name the place when it doesn't fit the rest.
        var places: [String: Token] = [:]
    }

    let text: String
    let tokens: [Token]
    private var position = 0
    var sections = [Section()]
    /// Both directions' delays, wherever it is written.
    var rtt: (value: Int64, place: Token)?

    init(_ text: String) {
        self.text = text
        var tokens: [Token] = []
        var offset = 0
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace) {
            if !word.isEmpty { tokens.append(Token(text: String(word), offset: offset)) }
            offset += word.count + 1
        }
        self.tokens = tokens
    }

    var section: Section {
        get { sections[sections.count - 1] }
        set { sections[sections.count - 1] = newValue }
    }

    var isUp: Bool { sections.count == 2 }

    mutating func parse() throws(LinkSpecError) {
        guard !tokens.isEmpty else {
            throw LinkSpecError(
                code: .syntax, text: text, offset: 0, problem: "the link is empty",
                expected: "a rate and what else it has, such as '50Mbit rtt 40ms buffer 1bdp'")
        }
        while let token = next() {
            switch token.text {
            case "up":
                guard !isUp else { throw error(.repeated, token, "up is given twice", "one 'up'") }
                sections.append(Section())
                if let name = peek, isTraceName(name) {
                    position += 1
                    try setRate(.trace(name), at: name)
                }
            case "at": try parseSteps(token)
            default: try parseClause(token)
            }
        }
    }

    // MARK: Tokens

    var peek: Token? { position < tokens.count ? tokens[position] : nil }

    mutating func next() -> Token? {
        guard let token = peek else { return nil }
        position += 1
        return token
    }

    /// Takes the next token when it is this word.
    mutating func take(_ word: String) -> Bool {
        guard peek?.text == word else { return false }
        position += 1
        return true
    }

    /// The token after a word that needs one.
    mutating func argument(_ expected: String) throws(LinkSpecError) -> Token {
        if let token = next() { return token }
        let last = tokens[tokens.count - 1]
        throw LinkSpecError(
            code: .syntax, text: text, offset: last.offset + last.text.count,
            problem: "nothing after \(Quoted(last.text))", expected: expected)
    }

    mutating func value(_ quantity: LinkQuantity) throws(LinkSpecError) -> Int64 {
        try value(quantity, argument(quantity.expectation))
    }

    func value(_ quantity: LinkQuantity, _ token: Token) throws(LinkSpecError) -> Int64 {
        do throws(LinkQuantity.Problem) {
            return try quantity.parse(token.text)
        } catch {
            throw LinkSpecError(
                code: error.code, text: text, offset: token.offset + error.offset,
                problem: error.problem, expected: error.expected)
        }
    }

    // MARK: Errors

    func error(
        _ code: LinkSpecError.Code, _ token: Token, _ problem: String, _ expected: String
    ) -> LinkSpecError {
        LinkSpecError(
            code: code, text: text, offset: token.offset, problem: problem, expected: expected)
    }

    /// Notes that a word was given, which may be once in a section.
    mutating func once(_ token: Token, as word: String) throws(LinkSpecError) {
        guard section.places.updateValue(token, forKey: word) == nil else {
            throw error(
                .repeated, token, "\(word) is given twice",
                isUp ? "one \(word) after 'up'" : "one \(word) in a direction")
        }
    }
}
