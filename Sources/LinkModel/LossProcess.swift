/// A loss model at run time.
struct LossProcess: Sendable {
    private enum Model {
        case none
        case random(UInt64)
        case gilbertElliott(
            toBad: UInt64, toGood: UInt64, lossWhenBad: UInt64, lossWhenGood: UInt64)
        case everyNth(UInt64)
        case scripted([Int])
    }

    private let model: Model
    /// Of the Gilbert-Elliott channel.
    private var isBad = false
    /// How much of the script lies behind.
    private var position = 0

    init(_ spec: LossSpec) {
        model =
            switch spec {
            case .none: .none
            case .random(let probability): .random(probability.threshold)
            case .gilbertElliott(let channel):
                .gilbertElliott(
                    toBad: channel.toBad.threshold, toGood: channel.toGood.threshold,
                    lossWhenBad: channel.lossWhenBad.threshold,
                    lossWhenGood: channel.lossWhenGood.threshold)
            case .everyNth(let n): .everyNth(UInt64(n))
            case .scripted(let numbers): .scripted(numbers)
            }
    }

    /// Asked once for each packet, in the order of their numbers.
    mutating func loses(_ number: UInt64, _ decisions: Decisions) -> Bool {
        switch model {
        case .none:
            return false
        case .random(let threshold):
            return decisions.hits(threshold, .loss, number)
        case .gilbertElliott(let toBad, let toGood, let lossWhenBad, let lossWhenGood):
            let isLost = decisions.hits(isBad ? lossWhenBad : lossWhenGood, .loss, number)
            if decisions.hits(isBad ? toGood : toBad, .transition, number) { isBad.toggle() }
            return isLost
        case .everyNth(let n):
            return number % n == 0
        case .scripted(let numbers):
            while position < numbers.count, numbers[position] < number { position += 1 }
            return position < numbers.count && numbers[position] == number
        }
    }
}
