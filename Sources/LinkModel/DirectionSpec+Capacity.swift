extension DirectionSpec {
    /// The bits that could leave between two times (ns since the link's start); nil: unlimited.
    package func capacity(from begin: Int64, to end: Int64) -> Double? {
        if case .trace(let trace) = rate {
            let opportunities = trace.opportunities(by: end) - trace.opportunities(by: begin)
            return Double(opportunities * Trace.opportunityBytes * 8)
        }
        guard var current = rate.bitsPerSecond else { return nil }
        var time = begin
        var bits = 0.0
        for step in steps {
            guard case .rate(let next) = step.change, step.time < end else { continue }
            if step.time > time {
                bits += current * Double(step.time - time) / 1e9
                time = step.time
            }
            current = Double(next)
        }
        return bits + current * Double(end - time) / 1e9
    }
}

extension Trace {
    /// How many there were from the start to a time, in nanoseconds.
    func opportunities(by time: Int64) -> Int {
        let milliseconds = time / 1_000_000
        let (cycles, rest) = milliseconds.quotientAndRemainder(dividingBy: period)
        var (low, high) = (0, opportunities.count)
        while low < high {
            let middle = (low + high) / 2
            if Int64(opportunities[middle]) <= rest { low = middle + 1 } else { high = middle }
        }
        return Int(cycles) * opportunities.count + low
    }
}
