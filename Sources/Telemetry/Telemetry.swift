import BPF
import BPFPrograms
import Host
import Tuner

/// What the kernel counted of tuned connections, as typed values.
///
/// Reading changes nothing that anyone else sees; any number of readers can go at once.
public struct Telemetry {
    let tuner: Tuner
    private let counting = Counting()

    /// The iterator that brings counters up to date: loaded once for as long as the maps are the same.
    private final class Counting {
        private var iterator: Iterator?
        private var connections: UInt32?

        func run(
            over maps: borrowing SharedMaps, load: () throws(BPFError) -> Iterator
        ) throws(BPFError) {
            let id = maps.connections.info.id
            if connections != id {
                iterator = try load()
                connections = id
            }
            _ = try iterator?.drain()
        }

        /// Maps that nobody else has any more go.
        func drop() {
            iterator = nil
            connections = nil
        }
    }

    public init(_ tuner: Tuner) {
        self.tuner = tuner
    }

    /// The statistics of some attachments, in their order.
    ///
    /// Counters are brought up to date first, so that those of idle connections and of ones that
    /// only receive, which have no callbacks of their own, are as fresh as the others'.
    public func statistics(
        of attachments: [Attachment]
    ) throws(TunerError) -> [AttachmentStatistics] {
        guard let maps = try tuner.sharedMaps() else {
            counting.drop()
            return attachments.map { _ in AttachmentStatistics() }
        }
        do throws(BPFError) {
            try counting.run(over: maps) { () throws(BPFError) in
                try iterator("count_connections", maps)
            }
            var result: [AttachmentStatistics] = []
            for attachment in attachments {
                var statistics = AttachmentStatistics()
                try maps.statistics.withPerCPUValues(for: attachment.id) { bytes in
                    let stride = maps.statistics.info.valueStride
                    for offset in Swift.stride(from: 0, to: bytes.count, by: stride) {
                        statistics.add(
                            cpu: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + stride]))
                    }
                }
                result.append(statistics)
            }
            return result
        } catch {
            throw TunerError(error)
        }
    }

    /// One of the iterators over connections, sharing the pinned maps.
    func iterator(
        _ program: String, _ maps: borrowing SharedMaps, knobs: [String: KnobValue] = [:]
    ) throws(BPFError) -> Iterator {
        var object = try Object(BPFPrograms.connections)
        for other in object.programs where other.name != program {
            try object.setAutoload(false, ofProgram: other.name)
        }
        try object.set(knob: "jiffy_us", to: .unsigned(KernelClock.jiffyMicroseconds()))
        for (name, value) in knobs { try object.set(knob: name, to: value) }
        try maps.share(with: object)
        try object.load()
        return try Iterator(try object.program(named: program), over: maps.connections)
    }
}
