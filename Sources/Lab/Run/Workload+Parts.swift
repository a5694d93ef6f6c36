import Workloads

extension Workload {
    /// With a share of the bulk flows; what isn't bulk stays.
    func withFlows(share: Double) -> Workload {
        mapBulk { Int((Double($0) * share).rounded()) }
    }

    /// What one of several pairs of hosts does: its part of the bulk flows, and the first one also all
    /// the rest. Nil: nothing.
    func part(_ pair: Int, of pairs: Int) -> Workload? {
        var part = mapBulk { $0 / pairs + (pair < $0 % pairs ? 1 : 0) }
        if pair > 0 {
            part.components.removeAll {
                if case .bulk = $0.kind { false } else { true }
            }
        }
        return part.components.isEmpty ? nil : part
    }

    /// How many bulk flows there are.
    var bulkFlows: Int {
        components.reduce(0) { sum, component in
            if case .bulk(let bulk) = component.kind { sum + bulk.flows } else { sum }
        }
    }

    private func mapBulk(_ flows: (Int) -> Int) -> Workload {
        var result = self
        result.components = components.compactMap { component in
            guard case .bulk(var bulk) = component.kind else { return component }
            bulk.flows = flows(bulk.flows)
            var changed = component
            changed.kind = .bulk(bulk)
            return bulk.flows > 0 ? changed : nil
        }
        return result
    }
}
