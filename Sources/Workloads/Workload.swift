/// What traffic is made: one or several components that run side by side.
///
/// Written as in `bulk:30s,flows=4` or `bulk:30s+rr:30s,response=10KB`; ``description`` is the
/// canonical text, without what is at its default.
package struct Workload: Sendable, Hashable {
    /// In the order of the text; never empty.
    package var components: [Component]

    package struct Component: Sendable, Hashable {
        package var kind: Kind
        /// When it begins, after the run's start: ns.
        package var start = 0
        /// How long it lasts, from then: ns.
        package var duration: Int

        /// When it ends, after the run's start: ns.
        package var end: Int { start + duration }
    }

    package enum Kind: Sendable, Hashable {
        case bulk(Bulk)
        case requestResponse(RequestResponse)
        case flows(ShortFlows)
        case video(Video)
    }

    /// Connections that transfer all they can.
    package struct Bulk: Sendable, Hashable {
        package var flows = 1
    }

    /// Connections that each have one request under way, or think.
    package struct RequestResponse: Sendable, Hashable {
        /// Bytes.
        package var request = 100
        /// Bytes.
        package var response = 10_000
        /// From a response to the next request: mean of an exponential distribution, ns.
        package var think = 0
        /// Connections.
        package var concurrency = 1
    }

    /// Connections that transfer one size each, and come as a Poisson process.
    package struct ShortFlows: Sendable, Hashable {
        package var sizes = SizeDistribution.webSearch
        package var load = Load.percent(60)
        /// Larger flows are cut to this: bytes.
        package var sizeCap: Int?
        /// No flow starts that long before the end: ns.
        package var drain = 0
    }

    /// The payload that is asked of the link.
    package enum Load: Sendable, Hashable {
        /// Of the link's rate.
        case percent(Double)
        /// bit/s
        case rate(Int)
    }

    /// A player that asks for segments while its buffer has room.
    package struct Video: Sendable, Hashable {
        /// bit/s
        package var bitrate = 5_000_000
        /// Playing time of a segment: ns.
        package var segment = 4_000_000_000
        /// Playing time that is kept ready: ns.
        package var buffer = 20_000_000_000
        /// Players.
        package var flows = 1

        /// Bytes of a segment.
        package var segmentSize: Int {
            max(1, Int(Double(bitrate) * Double(segment) / 8e9))
        }
    }

    package init(components: [Component]) {
        precondition(!components.isEmpty)
        self.components = components
    }

    /// When the last component ends, after the run's start: ns.
    package var duration: Int { components.map(\.end).max() ?? 0 }
}

extension Workload: CustomStringConvertible {
    package var description: String {
        components.map(\.description).joined(separator: "+")
    }
}

extension Workload.Component: CustomStringConvertible {
    package var description: String {
        let time = WorkloadQuantity.duration
        var words: [String] = []
        func add<Value: Equatable>(
            _ key: String, _ value: Value, unless usual: Value, _ text: (Value) -> String
        ) {
            if value != usual { words.append("\(key)=\(text(value))") }
        }
        switch kind {
        case .bulk(let bulk):
            add("flows", bulk.flows, unless: 1, \.description)
        case .requestResponse(let rr):
            let usual = Workload.RequestResponse()
            let size = WorkloadQuantity.size
            add("request", rr.request, unless: usual.request, size.format)
            add("response", rr.response, unless: usual.response, size.format)
            add("think", rr.think, unless: usual.think, time.format)
            add("concurrency", rr.concurrency, unless: usual.concurrency, \.description)
        case .flows(let flows):
            let usual = Workload.ShortFlows()
            if flows.sizes != usual.sizes { words.append(flows.sizes.description) }
            add("load", flows.load, unless: usual.load, \.description)
            if let cap = flows.sizeCap {
                words.append("size-cap=" + WorkloadQuantity.size.format(cap))
            }
            add("drain", flows.drain, unless: usual.drain, time.format)
        case .video(let video):
            let usual = Workload.Video()
            add("bitrate", video.bitrate, unless: usual.bitrate, WorkloadQuantity.rate.format)
            add("segment", video.segment, unless: usual.segment, time.format)
            add("buffer", video.buffer, unless: usual.buffer, time.format)
            add("flows", video.flows, unless: usual.flows, \.description)
        }
        add("start", start, unless: 0, time.format)
        return (["\(kind.name):\(time.format(duration))"] + words).joined(separator: ",")
    }
}

extension Workload.Kind {
    /// As it is written.
    package var name: String {
        switch self {
        case .bulk: "bulk"
        case .requestResponse: "rr"
        case .flows: "flows"
        case .video: "video"
        }
    }

    /// Connections that last as long as the component.
    var persistentConnections: Int {
        switch self {
        case .bulk(let bulk): bulk.flows
        case .requestResponse(let rr): rr.concurrency
        case .flows: 0
        case .video(let video): video.flows
        }
    }
}

extension Workload.Load: CustomStringConvertible {
    package var description: String {
        switch self {
        case .percent(let percent):
            percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
        case .rate(let rate): WorkloadQuantity.rate.format(rate)
        }
    }

    /// In bit/s, or nil where that takes the link's rate, which isn't known.
    func bitsPerSecond(linkRate: Double?) -> Double? {
        switch self {
        case .percent(let percent): linkRate.map { $0 * percent / 100 }
        case .rate(let rate): Double(rate)
        }
    }
}

/// As its text.
extension Workload: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
