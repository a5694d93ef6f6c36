import Plots

/// How a benchmark was made, in words.
struct ReportFacts {
    private let manifest: Manifest
    private let blocks: Int

    init(_ data: ReportData) {
        manifest = data.manifest
        blocks = data.analysis.blocks
    }

    /// Names and values, in the order to show them.
    var all: [(name: String, value: String)] {
        [
            ("Path", manifest.path), ("Workload", manifest.workload), ("Design", design),
            ("Blocks", count), ("Runs", runs), ("Margins", margins),
            ("Seed", String(manifest.seed)), ("Started", Self.date(manifest.started)),
        ]
    }

    private var design: String {
        switch manifest.design {
        case "sequential": "sequential: one arm at a time, in random order within a block"
        case "coexist": "coexist: both arms share the path"
        case "mix": "mix: both arms share the path, in several proportions"
        case let other: other
        }
    }

    private var count: String {
        blocks == manifest.repeats ? "\(blocks)" : "\(blocks) of \(manifest.repeats)"
    }

    private var runs: String {
        let duration = Digits.shortest(manifest.duration)
        return manifest.warmUp > 0
            ? "\(duration) s each, of which the first \(Digits.shortest(manifest.warmUp)) s "
                + "are warm-up and not measured"
            : "\(duration) s each"
    }

    private var margins: String {
        let named = manifest.margins.filter { $0.key != "*" }.sorted { $0.key < $1.key }
        var parts = named.map {
            "\(Metric.named($0.key).titleInSentence) \(Dimension.ratio.format($0.value))"
        }
        if let others = manifest.margins["*"] {
            let share = Dimension.ratio.format(others)
            parts.append(parts.isEmpty ? share : "others \(share)")
        }
        return parts.isEmpty
            ? "none" : parts.joined(separator: ", ") + "; smaller differences count as none"
    }

    /// "2026-03-01 14:05 UTC" for seconds since 1970 (the proleptic Gregorian calendar).
    static func date(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e11 else { return Digits.none }
        let minutes = Int((seconds / 60).rounded(.down))
        let days = Int((seconds / 86400).rounded(.down))
        let minute = minutes - days * 1440
        // Years that begin in March end with the leap day; 400 of them have 146097 days.
        let shifted = days + 719468
        let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
        let dayOfEra = shifted - era * 146097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(padded(month))-\(padded(day)) "
            + "\(padded(minute / 60)):\(padded(minute % 60)) UTC"
    }
}
