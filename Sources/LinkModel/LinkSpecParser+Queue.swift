extension LinkSpecParser {
    /// A number of packets or bytes.
    mutating func parseAmount() throws(LinkSpecError) -> QueueAmount {
        let expected = "packets or bytes, such as 20p or 30KB"
        return try amount(argument(expected), expected, ["p"])
    }

    mutating func parseLimit() throws(LinkSpecError) -> QueueLimit {
        let expected = "packets, bytes or bandwidth-delay products, such as 100p, 64KB or 1bdp"
        let token = try argument(expected)
        if token.text.hasSuffix("bdp") {
            return .bdp(thousandths: Int(try value(.bdp, token)), bytes: 0)
        }
        return .amount(try amount(token, expected, ["p", "bdp"]))
    }

    private func amount(
        _ token: Token, _ expected: String, _ otherUnits: [String]
    ) throws(LinkSpecError) -> QueueAmount {
        if token.text.last == "p", !token.text.hasSuffix("bdp") {
            return .packets(Int(try value(.packets, token)))
        }
        do throws(LinkQuantity.Problem) {
            return .bytes(Int(try LinkQuantity.bytes.parse(token.text)))
        } catch {
            let unit = token.text.dropFirst(error.offset)
            let known = LinkQuantity.bytes.units.map(\.name) + otherUnits
            let advice = expected + (error.offset > 0 ? didYouMean(unit, known) : "")
            throw LinkSpecError(
                code: error.code, text: text, offset: token.offset + error.offset,
                problem: error.problem, expected: error.code == .syntax ? advice : error.expected)
        }
    }

    mutating func parseCoDel(_ word: Token) throws(LinkSpecError) -> CoDelParameters {
        var parameters = CoDelParameters()
        while true {
            if take("target") {
                parameters.target = try value(.delay)
            } else if take("interval") {
                parameters.interval = try value(.delay)
            } else {
                break
            }
        }
        guard parameters.target > 0, parameters.interval > parameters.target else {
            throw error(
                .conflict, word, "codel's interval isn't above its target",
                "0 < target < interval, such as 'codel target 5ms interval 100ms'")
        }
        return parameters
    }

    mutating func parseRED(_ word: Token) throws(LinkSpecError) -> REDParameters {
        var parameters = REDParameters()
        var maximum: QueueAmount?
        while true {
            if take("min") {
                parameters.minimum = try parseAmount()
            } else if take("max") {
                maximum = try parseAmount()
            } else if take("probability") {
                parameters.probability = try parseProbability()
            } else if take("weight") {
                parameters.weight = try parseProbability()
            } else {
                break
            }
        }
        // Three times the minimum, as far as it can be written.
        let isRising: Bool
        switch (parameters.minimum, maximum) {
        case (.packets(let low), nil):
            let high = min(3 * low, Int(LinkQuantity.packets.range.upperBound))
            (parameters.maximum, isRising) = (.packets(high), low < high)
        case (.bytes(let low), nil):
            let high = min(3 * low, Int(LinkQuantity.bytes.range.upperBound))
            (parameters.maximum, isRising) = (.bytes(high), low < high)
        case (.packets(let low), .packets(let high)?), (.bytes(let low), .bytes(let high)?):
            (parameters.maximum, isRising) = (maximum ?? parameters.maximum, low < high)
        default: isRising = false
        }
        guard isRising, parameters.probability > .zero, parameters.weight > .zero else {
            throw error(
                .conflict, word, "red's thresholds don't rise, or a share is 0",
                "min < max in the same unit, such as 'red min 5p max 15p probability 10% weight 0.2%'"
            )
        }
        return parameters
    }
}
