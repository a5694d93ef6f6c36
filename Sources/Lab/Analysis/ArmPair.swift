/// Two measurements that belong together: both arms of a block, with the same seed.
struct ArmPair {
    let a: ArmMeasurement
    let b: ArmMeasurement

    /// The pairs in the order of their blocks; a block without one of the arms has none. Both can
    /// come from the same record (arms that share the link) or from one each.
    static func pairs(
        of a: [Int: ArmMeasurement], with b: [Int: ArmMeasurement]
    ) -> [ArmPair] {
        a.keys.sorted().compactMap { block in
            guard let first = a[block], let second = b[block] else { return nil }
            return ArmPair(a: first, b: second)
        }
    }
}

extension [RunRecord] {
    /// Without the runs that something disturbed.
    var undisturbed: [RunRecord] {
        filter(\.disturbances.isEmpty)
    }

    /// The runs by which an arm is compared: its own; those in which both share the link; in the
    /// `mix` design those with the most flows of it.
    func compared(_ arm: String, in design: String) -> [RunRecord] {
        let runs = filter { run in run.arms.contains { $0.arm == arm } }
        switch design {
        case "coexist": return runs.filter { $0.treatment == "both" }
        case "mix":
            let shares = runs.compactMap(\.share)
            let share = arm == "a" ? shares.min() : shares.max()
            return runs.filter { $0.share != nil && $0.share == share }
        default: return runs.filter { $0.treatment == arm }
        }
    }

    /// An arm's measurements by block; the last attempt counts.
    func measurements(of arm: String) -> [Int: ArmMeasurement] {
        var result: [Int: ArmMeasurement] = [:]
        for record in self {
            for measurement in record.arms where measurement.arm == arm {
                result[record.block] = measurement
            }
        }
        return result
    }
}
