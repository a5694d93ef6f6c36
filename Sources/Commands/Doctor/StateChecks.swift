import BPF
import Host
import Telemetry
import Tuner

/// What is applied, and what others do to the same cgroups and connections.
struct StateChecks {
    func findings() -> [Finding] {
        do {
            let tuner = try Tuner()
            let attachments = try tuner.attachments()
            return [applied(attachments)] + (try broken(attachments)) + (try unnamed(tuner))
                + (try options(tuner, attachments)) + (try neighbours(attachments))
                + (try callbacks(tuner, attachments)) + (try registered(tuner, attachments))
                + (try clamped(tuner))
        } catch {
            return [Finding("state", .warning, "can't be read: \(error)")]
        }
    }

    private func applied(_ attachments: [Attachment]) -> Finding {
        Finding(
            "state", .ok,
            attachments.isEmpty
                ? "no profile is applied" : "\(attachments.count) cgroups have a profile")
    }

    private func broken(_ attachments: [Attachment]) throws -> [Finding] {
        attachments.filter { $0.state != .active }.map { attachment in
            let advice =
                attachment.state == .cgroupGone
                ? "tcptune gc" : "apply \(attachment.profile) again"
            return Finding(
                "attachment", .warning, "/\(attachment.cgroup): \(attachment.state.rawValue)",
                advice: advice)
        }
    }

    /// What is applied, but not by what is pinned here.
    private func unnamed(_ tuner: Tuner) throws -> [Finding] {
        try tuner.unnamedAttachments().map {
            Finding(
                "pins", .warning,
                "/\($0.cgroup): profile \($0.profile) is in force, but not pinned in this BPF file "
                    + "system: another was mounted over the one that it was applied with, or it was "
                    + "applied in another mount namespace",
                advice: "unmount the upper one, or use the tcptune of where it was applied")
        }
    }

    private func options(_ tuner: Tuner, _ attachments: [Attachment]) throws -> [Finding] {
        let statistics = try Telemetry(tuner).statistics(of: attachments)
        return zip(attachments, statistics).flatMap { attachment, statistics in
            statistics.failures.map { failure in
                Finding(
                    "option", .warning,
                    "/\(attachment.cgroup): \(failure.option) could not be set on "
                        + "\(failure.count) connections: \(failure.reason)")
            }
        }
    }

    /// Other sockops programs that run for the same connections, in the order they run.
    private func neighbours(_ attachments: [Attachment]) throws -> [Finding] {
        let hierarchy = try CgroupHierarchy.discover()
        let ours = Set(attachments.map(\.programID))
        var findings: [Finding] = []
        for attachment in attachments {
            guard let cgroup = try hierarchy.cgroup(id: attachment.cgroupID) else { continue }
            let directory = try cgroup.open()
            let ids = try Program.attached(toCgroup: directory.raw, effective: true)
            let others = ids.filter { !ours.contains($0) }
            guard !others.isEmpty else { continue }
            let names = try ids.map { id in
                let name = try Program(id: id).info().name
                return ours.contains(id) ? "\(name) (tcptune, \(id))" : "\(name) (\(id))"
            }
            findings.append(
                Finding(
                    "sockops", .warning,
                    "/\(attachment.cgroup): others' sockops programs run too: "
                        + names.joined(separator: ", then "),
                    advice: "where two set the same, the one that runs last has its way"))
        }
        return findings
    }

    /// Connections that are counted no more because somebody cleared the callback flags.
    private func callbacks(_ tuner: Tuner, _ attachments: [Attachment]) throws -> [Finding] {
        var cleared: [UInt64: Int] = [:]
        let counted = attachments.filter(\.collectsStatistics)
        try Telemetry(tuner).forEachConnection(of: counted) { connection, attachment in
            if !connection.hasCallbacks { cleared[attachment.cgroupID, default: 0] += 1 }
        }
        return counted.compactMap { attachment in
            cleared[attachment.cgroupID].map { count in
                Finding(
                    "callbacks", .warning,
                    "/\(attachment.cgroup): \(count) connections have lost their callbacks: "
                        + "another program cleared the flags, or this kernel can't set them on "
                        + "connections that were taken over",
                    advice: "tcptune apply \(attachment.profile) --existing sets them again")
            }
        }
    }

    private func registered(_ tuner: Tuner, _ attachments: [Attachment]) throws -> [Finding] {
        let used = Set(attachments.flatMap(\.controllers).compactMap { $0?.registeredName })
        var findings = try tuner.missingControllers(of: attachments).map {
            Finding(
                "controller", .warning,
                "a profile uses \($0), which another tool has unregistered",
                advice: "apply the profile again")
        }
        for controller in try tuner.registeredControllers() {
            let name = controller.name
            if !used.contains(name), !controller.isLoaded {
                findings.append(
                    Finding(
                        "controller", .ok,
                        "\(name) stays registered until its \(controller.sockets) sockets are closed"
                    ))
            }
            if controller.oldSockets > 0 {
                findings.append(
                    Finding(
                        "controller", .ok,
                        "\(controller.oldSockets) sockets run older versions of \(name)",
                        advice: "tcptune cc load \(controller.algorithm) --existing moves them"))
            }
        }
        return findings
    }

    /// Controllers whose callbacks leave behind what would stall a connection.
    private func clamped(_ tuner: Tuner) throws -> [Finding] {
        try tuner.clampedControllers().map {
            Finding(
                "controller", .warning,
                "\($0.name): \($0.clamps) times a cwnd, ssthresh or pacing rate of 0 was put right",
                advice: "mend it, and 'tcptune cc load' its new version")
        }
    }
}
