import PlainText

extension LinkSpecParser {
    /// `at TIME` and the changes then, up to the next `at` or `up`.
    mutating func parseSteps(_ word: Token) throws(LinkSpecError) {
        let place = peek ?? word
        let time = try value(.duration)
        guard time > section.lastStepTime else {
            throw error(
                .conflict, place, "the steps don't go forward in time",
                "a time after \(LinkQuantity.duration.format(max(0, section.lastStepTime)))")
        }
        section.lastStepTime = time
        var kinds: Set<String> = []
        let expected = "rate, delay or loss, such as 'at 5s rate 10Mbit'"
        while peek.map({ $0.text != "at" && $0.text != "up" }) ?? false || kinds.isEmpty {
            let token = try argument(expected)
            switch token.text {
            case "rate":
                let place = try argument(LinkQuantity.rate.expectation)
                let (rate, upRate) = try ratePair(place)
                section.steps.append(try rateStep(rate, at: time, place))
                if let upRate { section.upSteps.append(try rateStep(upRate, at: time, place)) }
                section.rateStep = section.rateStep ?? token
            case "delay":
                section.steps.append(LinkStep(time: time, change: .delay(try value(.delay))))
            case "loss":
                section.steps.append(LinkStep(time: time, change: .loss(try parseLoss())))
            case "at", "up":
                throw error(
                    .syntax, token, "nothing changes before \(Quoted(token.text))", expected)
            default:
                let near = didYouMean(token.text, ["rate", "delay", "loss", "at", "up"])
                let isClause = Self.words.contains(token.text)
                throw error(
                    .syntax, token,
                    isClause
                        ? "\(token.text) can't change at a time"
                        : "unknown change \(Quoted(token.text))",
                    isClause ? "it before the first 'at'" : expected + near)
            }
            guard kinds.insert(token.text).inserted else {
                throw error(
                    .repeated, token, "\(token.text) changes twice at the same time",
                    "one \(token.text) after each 'at'")
            }
        }
    }

    private func rateStep(
        _ rate: RateSpec, at time: Int64, _ place: Token
    ) throws(LinkSpecError) -> LinkStep {
        guard case .constant(let bitsPerSecond) = rate else {
            throw error(
                .conflict, place, "a rate can't become unlimited", "a rate, such as 100Gbit")
        }
        return LinkStep(time: time, change: .rate(bitsPerSecond))
    }
}
