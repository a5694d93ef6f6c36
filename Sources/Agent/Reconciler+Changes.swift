import Host
import Profiles
import Tuner

extension Reconciler {
    /// Gives pods a profile: together, or where one of them can't have it, the others.
    mutating func apply(
        _ wish: ReconcilerPass.Wish, existing: Bool, _ pass: inout ReconcilerPass,
        _ outcome: inout Outcome
    ) {
        var done: [ReconcilerPass.Subject] = []
        attempt(wish.subjects) { (subjects) throws(TunerError) in
            var options = ApplyOptions()
            options.search = .besideProcesses
            let report = try tuner.apply(
                wish.profile, to: subjects.map(\.target), options: options)
            outcome.warnings += report.plan.warnings
            done += subjects
        } failed: { subject, error in
            guard subject.cgroup.exists() else { return }
            pass.problems[subject.pod.uid] = PodProblem(kind: .apply, words: "\(error)")
        }
        pass.tuned += done.count
        for subject in done {
            outcome.changes.append(PodChange(subject, wish.profile))
            refresh(subject.cgroup.id)
        }
        guard existing, !done.isEmpty else { return }
        do throws(TunerError) {
            let adopted = try tuner.takeOver(
                wish.profile, on: done.map(\.target), in: .besideProcesses)
            outcome.connections += adopted.connections
        } catch let error where error.code == .invalidTarget {
            // A pod is gone already; the others' new connections are tuned all the same.
        } catch {
            outcome.warnings.append("open connections aren't taken over: \(error)")
        }
    }

    mutating func detach(_ subjects: [ReconcilerPass.Subject], _ outcome: inout Outcome) {
        var done: [ReconcilerPass.Subject] = []
        attempt(subjects) { (subjects) throws(TunerError) in
            try tuner.detach(subjects.map(\.target))
            done += subjects
        } failed: { subject, error in
            guard error.code != .notApplied, subject.cgroup.exists() else { return }
            outcome.warnings.append("\(subject.pod.title): its profile stays: \(error)")
        }
        for subject in done {
            outcome.changes.append(
                PodChange(
                    action: .detached, pod: subject.pod.title, cgroup: subject.cgroup.name,
                    profile: subject.current?.profile ?? "", reason: "\(subject.reason)"))
            refresh(subject.cgroup.id)
        }
    }

    /// Takes off what pods have, also those that no policy is about.
    package mutating func detachAll() throws(TunerError) -> Outcome {
        var outcome = Outcome()
        attempt(try tuner.attachments().filter { $0.pod != nil }) {
            (attachments) throws(TunerError) in
            try tuner.detach(attachments.map { .cgroup($0.cgroup) })
            outcome.changes += attachments.map {
                PodChange($0, .detached, reason: "--on-exit detach")
            }
        } failed: { attachment, error in
            outcome.warnings.append("\(attachment.pod ?? ""): its profile stays: \(error)")
        }
        return outcome
    }

    /// Removes what is left of cgroups that are gone.
    ///
    /// - Parameter cgroups: those that are known to be there.
    mutating func removeGone(
        except cgroups: Set<UInt64>, _ outcome: inout Outcome
    ) throws(TunerError) {
        let gone = known.values.filter { !cgroups.contains($0.cgroupID) && isGone($0.cgroupID) }
        guard !gone.isEmpty else { return }
        _ = try tuner.collectGarbage()
        for attachment in gone {
            known[attachment.cgroupID] = nil
            outcome.changes.append(PodChange(attachment, .gone, reason: "its cgroup is gone"))
        }
    }

    /// Gives open connections of pods their callbacks back, where another program has cleared them.
    mutating func restoreCallbacks(_ outcome: inout Outcome) {
        guard let restorer else { return }
        let counted = attachments.filter { $0.pod != nil && $0.collectsStatistics }
        do throws(TunerError) {
            let report = try restorer.restore(on: counted)
            outcome.restored = counted.compactMap { attachment in
                report.restored[attachment.id].map { (attachment.pod ?? "", $0) }
            }
            guard report.refused > 0 else { return }
            // It never will be.
            self.restorer = nil
            outcome.warnings.append(
                "open connections were taken over, or have lost their callbacks to another "
                    + "program, and this kernel lets nobody set them again: of such connections "
                    + "round trips, timeouts and the end aren't counted")
        } catch {
            outcome.warnings.append("connections' callbacks aren't looked after: \(error)")
        }
    }

    private func isGone(_ cgroup: UInt64) -> Bool {
        do throws(HostError) {
            return try hierarchy.cgroup(id: cgroup) == nil
        } catch {
            return false
        }
    }

    private mutating func refresh(_ cgroup: UInt64) {
        known[cgroup] = try? tuner.attachment(ofCgroup: cgroup)
    }

    /// A change of many pods, or where that fails of as many as can be: one whose cgroup has just
    /// gone doesn't take the others with it.
    private func attempt<Subject>(
        _ subjects: [Subject], _ change: ([Subject]) throws(TunerError) -> Void,
        failed: (Subject, TunerError) -> Void
    ) {
        guard !subjects.isEmpty else { return }
        do throws(TunerError) {
            try change(subjects)
        } catch {
            if subjects.count > 1, [.invalidTarget, .failed, .notApplied].contains(error.code) {
                let middle = subjects.count / 2
                attempt(Array(subjects[..<middle]), change, failed: failed)
                attempt(Array(subjects[middle...]), change, failed: failed)
            } else {
                for subject in subjects { failed(subject, error) }
            }
        }
    }
}

extension PodChange {
    /// What an apply did.
    fileprivate init(_ subject: ReconcilerPass.Subject, _ profile: Profile) {
        let action: Action =
            if let current = subject.current {
                current.state == .active && !current.has(profile)
                    ? .replaced(current.profile) : .repaired
            } else {
                .applied
            }
        self.init(
            action: action, pod: subject.pod.title, cgroup: subject.cgroup.name,
            profile: profile.name, reason: "\(subject.reason)")
    }

    fileprivate init(_ attachment: Attachment, _ action: Action, reason: String) {
        self.init(
            action: action, pod: attachment.pod ?? "/" + attachment.cgroup,
            cgroup: attachment.cgroup, profile: attachment.profile, reason: reason)
    }
}
