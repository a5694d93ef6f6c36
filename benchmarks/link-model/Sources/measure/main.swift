// What the link model costs for each packet: `swift run -c release` in benchmarks/link-model.
// Packets come at 98 % of the rate, so that the queue is neither empty nor full; every event is
// waited for as the emulator does it. Processor time, the best of five rounds: others may use the
// machine.
import Glibc
import LinkModel

func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// In nanoseconds per packet.
func round(_ spec: DirectionSpec, _ extraDelays: [Int64]) -> Double {
    let packets: Int32 = 1_000_000
    var link = LinkDirection(spec, seed: 1, stream: 0)
    let gap = 1500 * 8e9 / (spec.rate.bitsPerSecond ?? 10e9) / 0.98
    var outputs = 0
    let start = processorTime()
    for token in 0..<packets {
        let now = Int64(Double(token) * gap)
        while let next = link.nextEvent, next <= now {
            link.advance(to: next) { _ in outputs += 1 }
        }
        let extra = extraDelays[Int(token) % extraDelays.count]
        link.offer(.init(token: token, bytes: 1500, isECT: true, extraDelay: extra), at: now)
    }
    while let next = link.nextEvent { link.advance(to: next) { _ in outputs += 1 } }
    precondition(outputs == packets)
    return (processorTime() - start) / Double(packets)
}

func measure(_ text: String, extraDelays: [Int64] = [0]) throws {
    let link = try LinkSpec.parse(text) { _ in (1...1000).flatMap { Array("\($0)\n".utf8) } }
    let best = (0..<5).map { _ in round(link.down, extraDelays) }.min() ?? 0
    let note = extraDelays.count > 1 ? ", two access delays" : ""
    print("\(Int(best)) ns per packet: \(text)\(note)")
}

for text in [
    "1Gbit rtt 40ms buffer 1bdp", "1Gbit rtt 40ms buffer 1bdp loss 0.1%", "unlimited rtt 40ms",
    "1Gbit rtt 40ms jitter 2ms", "1Gbit rtt 40ms jitter 2ms unordered",
    "1Gbit rtt 40ms buffer 1bdp codel", "1Gbit rtt 40ms buffer 1bdp red",
    "1Gbit rtt 40ms buffer 1bdp step 20p", "trace some rtt 40ms buffer 1bdp",
] {
    try measure(text)
}
try measure("1Gbit rtt 40ms buffer 1bdp", extraDelays: [0, 20_000_000])
