import LinkModel
import Workloads

/// What a benchmark is run on: a path, traffic, and how the arms meet.
package struct Scenario: Sendable {
    /// How the arms meet.
    package enum Design: String, Sendable, CaseIterable {
        /// One arm at a time, in blocks of the same seed and in changing order.
        case sequential
        /// Both at once over the same link.
        case coexist
        /// Both at once, B with growing shares of the flows.
        case mix
    }

    /// Which addresses the arms' connections use.
    package enum Family: String, Sendable, CaseIterable {
        case ipv4, ipv6
    }

    package var name: String
    package var description: String
    /// Where it comes from: an RFC, a paper.
    package var source: String
    /// What is known to come out.
    package var expectation: String
    /// As it is written; ``LinkSpec`` has the grammar.
    package var link: String
    package var workload: Workload
    package var design: Design
    /// On an emulated link; a real path's address says it.
    package var family = Family.ipv4
    /// The access delay of each pair of hosts, one way, nanoseconds.
    package var accessDelays: [Int64]
    /// Left out of what is measured: seconds.
    package var warmUp: Double
    package var repeats: Int
    /// Relative differences below it count as none, 0 to 1.
    package var margin: Double
    /// The arms where none are given.
    package var a: String
    package var b: String

    package init(
        name: String = "custom", description: String = "", source: String = "",
        expectation: String = "", link: String, workload: Workload, design: Design = .sequential,
        accessDelays: [Int64] = [0], warmUp: Double? = nil, repeats: Int = 10,
        margin: Double = 0.02, a: String = "cubic", b: String = "bbr"
    ) {
        self.name = name
        self.description = description
        self.source = source
        self.expectation = expectation
        self.link = link
        self.workload = workload
        self.design = design
        self.accessDelays = accessDelays
        self.warmUp = warmUp ?? Self.usualWarmUp(workload)
        self.repeats = repeats
        self.margin = margin
        self.a = a
        self.b = b
    }

    /// A fifth of the time, at most five seconds: slow start is over, and most is measured.
    package static func usualWarmUp(_ workload: Workload) -> Double {
        min(5, Double(workload.duration) / 5e9)
    }

    /// Seconds of traffic in a run.
    package var duration: Double { Double(workload.duration) / 1e9 }

    /// B's shares of the flows in the `mix` design.
    package static let shares = [0, 0.05, 0.5, 0.95, 1]
}
