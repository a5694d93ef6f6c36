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
