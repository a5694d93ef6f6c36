/// Why pods weren't found.
package struct PodError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable {
        case noSuchPod, ambiguous, malformedName, malformedSelector
        /// The pod has ended, or has no cgroup in the v2 hierarchy.
        case noCgroup
        /// Labels are known to the container runtime alone, which can't be asked.
        case noLabels
        case noMatch
    }

    package let code: Code
    package let what: String
    package let reason: String
    package let advice: String?

    init(_ code: Code, _ what: String, because reason: String, advice: String? = nil) {
        self.code = code
        self.what = what
        self.reason = reason
        self.advice = advice
    }

    package var description: String {
        "\(what): \(reason)" + (advice.map { "; \($0)" } ?? "")
    }
}
