import BPF
import CongestionControl

extension Tuner {
    /// The registered controllers whose callbacks had to be put right, and how often.
    package func clampedControllers() throws(TunerError) -> [(name: String, clamps: UInt64)] {
        try kernel { () throws(BPFError) in
            var clamped: [(name: String, clamps: UInt64)] = []
            for name in try registry.names() {
                let clamps = try registry.clamps(of: name)
                if clamps > 0 { clamped.append((name, clamps)) }
            }
            return clamped
        }
    }
}
