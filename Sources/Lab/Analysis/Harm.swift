import Statistics

extension [RunRecord] {
    /// The runs of the `coexist` design in which the arms share the link, with the metrics `harm` and
    /// `harm_rtt` of each arm: what it loses beside the other, by its run alone in the same block (Ware
    /// et al., "Beyond Jain's Fairness Index", HotNets 2019, section 4).
    func withHarm() -> [RunRecord] {
        let shared = filter { $0.treatment == "both" }
        let alone = undisturbed.filter { $0.treatment != "both" }
        let (a, b) = (alone.measurements(of: "a"), alone.measurements(of: "b"))
        return shared.map { record in
            var record = record
            for place in record.arms.indices {
                let solo = record.arms[place].arm == "a" ? a : b
                solo[record.block].map { record.arms[place].addHarm(solo: $0) }
            }
            return record
        }
    }
}

extension ArmMeasurement {
    fileprivate mutating func addHarm(solo: ArmMeasurement) {
        func harm(to metric: String, moreIsBetter: Bool) -> Double? {
            guard let alone = solo.metrics[metric], let shared = metrics[metric] else { return nil }
            return Fairness.harm(
                solo: alone, withCompetitor: shared, moreIsBetter: moreIsBetter)
        }
        metrics["harm"] = harm(to: "goodput", moreIsBetter: true)
        metrics["harm_rtt"] = harm(to: "rtt_p95", moreIsBetter: false)
    }
}
