import Metrics
import Pods

/// What the agent counts of itself.
package struct AgentMetrics: Sendable {
    package var pods = 0
    package var tunedPods = 0
    package var problems: [PodProblem.Kind: Int] = [:]
    package var changes: [String: UInt64] = [:]
    package var adoptedConnections: UInt64 = 0
    package var restoredConnections: UInt64 = 0
    package var passes: UInt64 = 0
    package var passSeconds = 0.0
    package var failedPasses: UInt64 = 0
    package var configurationValid = true
    /// Seconds since 1970 when the configuration in force was read.
    package var reloadedAt = 0.0
    package var runtimeAvailable = false
    package var runtimeEvents = false
    package var runtimeErrors: UInt64 = 0
    package var exportErrors: UInt64 = 0

    package init() {}

    package func families() throws(MetricError) -> [MetricFamily] {
        var failed = try MetricFamily(
            "tcptune_agent_failed_pods", .gauge,
            help: "Pods that don't have the profile they are to have, by reason.")
        for kind in PodProblem.Kind.allCases {
            try failed.add(
                try Labels(["reason": kind.rawValue]), .integer(UInt64(problems[kind] ?? 0)))
        }
        var changed = try MetricFamily(
            "tcptune_agent_changes_total", .counter, help: "What was done about pods, by action.")
        for action in PodChange.Action.names {
            try changed.add(
                try Labels(["action": action]), .integer(changes[action] ?? 0))
        }
        var families = [failed, changed]
        func add(
            _ name: String, _ kind: MetricKind, _ help: String, _ value: MetricValue
        ) throws(MetricError) {
            var family = try MetricFamily("tcptune_agent_\(name)", kind, help: help)
            try family.add(.none, value)
            families.append(family)
        }
        func flag(_ value: Bool) -> MetricValue { .integer(value ? 1 : 0) }
        try add("pods", .gauge, "Pods of this node that run.", .integer(UInt64(pods)))
        try add(
            "tuned_pods", .gauge, "Pods that have the profile they are to have.",
            .integer(UInt64(tunedPods)))
        try add(
            "adopted_connections_total", .counter, "Open connections that were taken over.",
            .integer(adoptedConnections))
        try add(
            "restored_connections_total", .counter,
            "Open connections whose callbacks another program had cleared.",
            .integer(restoredConnections))
        try add(
            "reconcile_passes_total", .counter, "Looks at what is wanted and what there is.",
            .integer(passes))
        try add(
            "reconcile_seconds_total", .counter, "Time that these took.", .real(passSeconds))
        try add(
            "reconcile_errors_total", .counter, "Those that failed as a whole.",
            .integer(failedPasses))
        try add(
            "config_valid", .gauge, "0: the configuration was changed to one that isn't valid.",
            flag(configurationValid))
        try add(
            "config_last_reload_timestamp_seconds", .gauge,
            "When the configuration in force was read.", .real(reloadedAt))
        try add(
            "runtime_available", .gauge,
            "0: the container runtime can't be asked, and pods are the cgroup tree's.",
            flag(runtimeAvailable))
        try add(
            "runtime_events_available", .gauge, "0: the container runtime doesn't tell of changes.",
            flag(runtimeEvents))
        try add(
            "runtime_errors_total", .counter, "Times that the container runtime couldn't be asked.",
            .integer(runtimeErrors))
        try add(
            "export_errors_total", .counter, "Times that the metrics couldn't be written.",
            .integer(exportErrors))
        return families
    }
}
