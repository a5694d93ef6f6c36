/// A quantity by which arms are compared.
package struct Metric: Sendable, Hashable {
    /// As it stands in results: `goodput`.
    package let name: String
    /// For people: `Goodput`.
    package let title: String
    package let unit: Unit
    package let better: Better

    package enum Unit: String, Sendable {
        case bitsPerSecond = "bit/s"
        case seconds = "s"
        /// 0 to 1.
        case ratio = ""
        case count = "1"
        case secondsPerGigabyte = "s/GB"
        /// A part of a whole, such as of the link or of what is lost: compared by difference, so that
        /// the arms' parts add up, and never by ratio.
        case part = "part"
    }

    package enum Better: String, Sendable {
        case higher, lower
        /// Shown, not judged.
        case neither
    }

    /// All there are, the most telling first.
    package static let all: [Metric] = [
        Metric(name: "goodput", title: "Goodput", unit: .bitsPerSecond, better: .higher),
        Metric(name: "rtt_mean", title: "RTT mean", unit: .seconds, better: .lower),
        Metric(name: "rtt_p50", title: "RTT p50", unit: .seconds, better: .lower),
        Metric(name: "rtt_p95", title: "RTT p95", unit: .seconds, better: .lower),
        Metric(name: "rtt_p99", title: "RTT p99", unit: .seconds, better: .lower),
        Metric(
            name: "queueing_p50", title: "Queueing delay p50", unit: .seconds, better: .lower),
        Metric(
            name: "queueing_p95", title: "Queueing delay p95", unit: .seconds, better: .lower),
        Metric(name: "cwnd_mean", title: "cwnd mean", unit: .count, better: .neither),
        Metric(name: "retransmitted", title: "Retransmitted", unit: .ratio, better: .lower),
        Metric(name: "drops", title: "Queue drops", unit: .count, better: .lower),
        Metric(name: "marks", title: "CE marks", unit: .count, better: .neither),
        Metric(name: "utilisation", title: "Utilisation", unit: .ratio, better: .higher),
        Metric(name: "fct_p50", title: "Completion p50", unit: .seconds, better: .lower),
        Metric(name: "fct_p95", title: "Completion p95", unit: .seconds, better: .lower),
        Metric(name: "fct_p99", title: "Completion p99", unit: .seconds, better: .lower),
        Metric(
            name: "fct_small_p50", title: "Completion p50, under 100 KB", unit: .seconds,
            better: .lower),
        Metric(
            name: "fct_small_p99", title: "Completion p99, under 100 KB", unit: .seconds,
            better: .lower),
        Metric(
            name: "fct_large_p50", title: "Completion p50, over 1 MB", unit: .seconds,
            better: .lower),
        Metric(name: "latency_p50", title: "Request latency p50", unit: .seconds, better: .lower),
        Metric(name: "latency_p99", title: "Request latency p99", unit: .seconds, better: .lower),
        Metric(name: "requests", title: "Requests per second", unit: .count, better: .higher),
        Metric(name: "rebuffering", title: "Video stalled", unit: .ratio, better: .lower),
        Metric(name: "share", title: "Share of the goodput", unit: .part, better: .neither),
        Metric(name: "harm", title: "Harm to goodput", unit: .part, better: .lower),
        Metric(name: "harm_rtt", title: "Harm to RTT p95", unit: .part, better: .lower),
        Metric(name: "jain", title: "Jain index", unit: .ratio, better: .higher),
        Metric(name: "jain_1s", title: "Jain index per second", unit: .ratio, better: .higher),
        Metric(name: "convergence", title: "Convergence time", unit: .seconds, better: .lower),
        Metric(name: "cpu", title: "CPU", unit: .secondsPerGigabyte, better: .lower),
    ]

    package static subscript(name: String) -> Metric? { all.first { $0.name == name } }
}
