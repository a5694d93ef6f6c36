import BPF
import Tuner

/// The kernel's features, each tried.
struct FeatureChecks {
    /// Nil where it can't be tried.
    private let features: [(feature: KernelFeature, isPresent: Bool?)] =
        KernelFeature.allCases.map { ($0, try? $0.isPresent()) }

    /// What is missing; one line where nothing is.
    func findings() -> [Finding] {
        let missing = features.compactMap { feature, isPresent -> Finding? in
            guard isPresent == false else { return nil }
            return Finding(
                "feature-\(feature.rawValue)", feature.isRequired ? .failure : .ok,
                "the kernel doesn't have \(feature.summary)"
                    + (feature.without.map { ": \($0)" } ?? ", which tcptune needs"),
                advice: feature.isRequired ? "Linux 6.1 and newer have it" : nil)
        }
        guard missing.isEmpty else { return missing }
        let untried = features.count { $0.isPresent == nil }
        return [
            untried == 0
                ? Finding("features", .ok, "the kernel has all that tcptune can make use of")
                : Finding("features", .warning, "\(untried) of the kernel's could not be tried")
        ]
    }

    var json: JSON {
        .array(
            features.map { feature, isPresent in
                .object([
                    "id": .string(feature.rawValue), "text": .string(feature.summary),
                    "present": isPresent.map { .bool($0) } ?? .null,
                    "required": .bool(feature.isRequired),
                    "without": feature.without.map { .string($0) } ?? .null,
                ])
            })
    }
}
