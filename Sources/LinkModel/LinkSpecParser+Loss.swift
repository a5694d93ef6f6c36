import PlainText

extension LinkSpecParser {
    /// More numbers are no test case but a trace.
    private static let maximumScript = 100_000
    private static let maximumNumber: Int64 = 1_000_000_000_000

    mutating func parseProbability() throws(LinkSpecError) -> Probability {
        Probability(billionths: Int(try value(.probability)))
    }

    mutating func parseLoss() throws(LinkSpecError) -> LossSpec {
        let token = try argument("a share, gemodel, every or script, such as 'loss 0.1%'")
        switch token.text {
        case "gemodel":
            var channel = GilbertElliott(
                toBad: try parseProbability(), toGood: try parseProbability())
            if isShare(peek) { channel.lossWhenBad = try parseProbability() }
            if isShare(peek) { channel.lossWhenGood = try parseProbability() }
            return .gilbertElliott(channel)
        case "every":
            let expected = "how many packets for one loss, such as 'loss every 1000'"
            let token = try argument(expected)
            return .everyNth(try packetNumber(token, expected))
        case "script":
            return .scripted(try script(argument("packet numbers, such as 'loss script 10,20,30'")))
        default:
            guard token.text.first?.isLetter != true else {
                let near = didYouMean(token.text, ["gemodel", "every", "script"])
                throw error(
                    .syntax, token, "unknown loss model \(Quoted(token.text))",
                    "a share, gemodel, every or script\(near)")
            }
            let probability = Probability(billionths: Int(try value(.probability, token)))
            return probability == .zero ? .none : .random(probability)
        }
    }

    private func isShare(_ token: Token?) -> Bool { token?.text.last == "%" }

    private func script(_ token: Token) throws(LinkSpecError) -> [Int] {
        var numbers: Set<Int> = []
        var offset = token.offset
        for part in token.text.split(separator: ",", omittingEmptySubsequences: false) {
            let place = Token(text: String(part), offset: offset)
            let number = try packetNumber(place, "packet numbers from 1, such as 10,20,30")
            guard numbers.insert(number).inserted else {
                throw error(.repeated, place, "packet \(number) is there twice", "each number once")
            }
            guard numbers.count <= Self.maximumScript else {
                throw error(
                    .outOfRange, place, "the script is too long",
                    "at most \(Self.maximumScript) numbers")
            }
            offset += part.count + 1
        }
        return numbers.sorted()
    }

    private func packetNumber(_ token: Token, _ expected: String) throws(LinkSpecError) -> Int {
        // Int also reads "+5".
        guard token.text.allSatisfy(\.isNumber), let number = Int64(token.text) else {
            let isNumber = !token.text.isEmpty && token.text.allSatisfy(\.isNumber)
            throw error(
                isNumber ? .outOfRange : .syntax, token,
                "\(Quoted(token.text)) is no packet number",
                expected)
        }
        guard (1...Self.maximumNumber).contains(number) else {
            throw error(
                .outOfRange, token, "\(number) is out of range", "1 to \(Self.maximumNumber)")
        }
        return Int(number)
    }
}
