import FoundationEssentials

/// What one end of the traffic saw. The client's and the server's are joined by ``Flow/id``.
///
/// Times are seconds after ``origin``, sizes bytes, rates bit/s; payload only, without the headers of
/// any protocol. The measured window leaves the warm-up out.
package struct LoadReport: Codable, Sendable, Equatable {
    package var role: Role
    /// The client's; nil at the server.
    package var workload: Workload?
    package var direction: Direction?
    package var seed: UInt64?
    /// CLOCK_MONOTONIC in ns, from which times count.
    package var origin: UInt64
    /// The measured window.
    package var windowStart: Double
    package var windowEnd: Double
    /// False: ended early by a signal or because the lifeline was closed.
    package var isComplete: Bool

    /// In the direction of the data: what the client asked for, or the larger one at the server.
    package var goodput: Double
    package var sent: Traffic
    package var received: Traffic
    /// When payload first and last moved; nil where none did.
    package var firstByte: Double?
    package var lastByte: Double?
    /// CPU seconds of the whole process in the window, user and system.
    package var cpu: Double

    /// Connections that last as long as the workload, and those that lived long enough for a record.
    package var flows: [Flow]
    /// Connections opened or accepted.
    package var connections: Int
    /// Points of series that weren't kept: 1024 connections at a time have a series, and there are
    /// limits to the sum.
    package var pointsDropped: Int
    /// How many, by kind: see `docs/workloads.md`.
    package var failures: [String: Int]

    /// Of `flows`, at the client.
    package var completions: Completions?
    /// Of `rr`, at the client.
    package var requests: Requests?
    /// Of `video`, at the client.
    package var video: Video?

    package enum Role: String, Codable, Sendable {
        case client, server
    }

    /// One way's payload.
    package struct Traffic: Codable, Sendable, Equatable {
        /// Received, or acknowledged by the other end.
        package var bytes: Int
        /// In the window.
        package var measuredBytes: Int
        /// Of the window.
        package var goodput: Double
    }

    package struct Flow: Codable, Sendable, Equatable {
        /// The component's place in the workload times 2^32, and the connection's number in it.
        package var id: UInt64
        /// The server's at the client, the client's at the server.
        package var address: String
        package var start: Double
        package var end: Double
        package var sent: Int
        package var received: Int
        /// In the window.
        package var measuredSent: Int
        package var measuredReceived: Int
        /// Why it ended before its time; a kind of ``LoadReport/failures``.
        package var failure: String?
        package var series: Series

        package var component: Int { Int(id >> 32) }
        package var number: Int { Int(id & 0xffff_ffff) }
    }

    /// A flow over time, a point every 100 ms and one at its end. Columns of the same length; those from
    /// `acknowledged` on only where this end sends the data, else empty.
    package struct Series: Codable, Sendable, Equatable {
        package var time: [Double] = []
        /// Since the point before.
        package var received: [Int] = []
        /// Since the point before.
        package var acknowledged: [Int] = []
        /// Segments.
        package var cwnd: [Int] = []
        /// Smoothed.
        package var rtt: [Double] = []
        /// Of the connection so far; 0 before the first sample.
        package var minRTT: [Double] = []
        package var deliveryRate: [Double] = []
        /// Segments since the point before.
        package var retransmits: [Int] = []
        /// Segments taken for lost and not yet repaired, at the point.
        package var lost: [Int] = []
    }

    /// A sample of times by its quantiles.
    package struct Times: Codable, Sendable, Equatable {
        package var count: Int
        package var mean: Double
        /// At 0, 1, 2, … 100 %; empty without a sample.
        package var percentiles: [Double]
        /// At 99.9 %.
        package var p999: Double
    }

    /// Short flows that started in the window and are complete.
    package struct Completions: Codable, Sendable, Equatable {
        package var count: Int
        /// Started in the window and not complete at the end.
        package var unfinished: Int
        /// All, or a uniform sample of 100,000 of them. Columns of the same length.
        package var starts: [Double]
        package var sizes: [Int]
        package var durations: [Double]
        package var all: Times
        /// Below 100 KB.
        package var small: Times
        /// Above 1 MB.
        package var large: Times
    }

    /// Requests that began and were answered in the window.
    package struct Requests: Codable, Sendable, Equatable {
        package var count: Int
        package var perSecond: Double
        package var latency: Times
    }

    /// Over all players.
    package struct Video: Codable, Sendable, Equatable {
        package var players: Int
        /// Segments that came in the window.
        package var segments: Int
        /// In the window, summed over the players.
        package var rebuffering: Double
        /// From the player's start to its first segment, summed over the players that got one.
        package var startUp: Double
        /// Players that never got a segment.
        package var neverStarted: Int
    }
}

/// Where the data goes.
package enum Direction: String, Codable, Sendable, CaseIterable {
    /// The server sends it.
    case down
    /// The client sends it.
    case up
}

extension LoadReport {
    /// One line of JSON, the keys sorted.
    package func json() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("a report holds finite numbers only")
        }
        return [UInt8](data)
    }

    package init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(LoadReport.self, from: Data(json))
    }
}
