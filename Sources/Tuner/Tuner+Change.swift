import BPF
import Host

extension Tuner {
    /// Runs a change: with the privileges checked, alone, and after cleaning up what interrupted
    /// ones left.
    func change<R>(
        keeping names: Set<String> = [], _ body: (Sweeper.Report) throws(TunerError) -> R
    ) throws(TunerError) -> R {
        try checkPrivileges()
        try checkVersion()
        try kernel { () throws(BPFError) in try files.makeDirectory(layout.root) }
        let lock = try lockState()
        let sweeper = sweeper
        let report = try sweeper.sweep(keeping: names)
        do throws(TunerError) {
            let result = try body(report)
            _ = try sweeper.sweep()
            try kernel { () throws(BPFError) in try EventMaps.open(layout)?.noteChange() }
            withExtendedLifetime(lock) {}
            return result
        } catch {
            _ = try? sweeper.sweep()
            try? EventMaps.open(layout)?.noteChange()
            throw error
        }
    }

    func lockState() throws(TunerError) -> FileLock {
        try host { () throws(HostError) in
            try FileLock(layout.root, .exclusive, wait: .upTo(.seconds(30)))
        }
    }

    func checkPrivileges() throws(TunerError) {
        let missing = try host { () throws(HostError) in
            try Capabilities.current(roots).missing([.bpf, .perfmon, .netAdmin])
        }
        guard missing.isEmpty else {
            throw TunerError(
                .permission,
                "changing TCP needs \(missing.map(\.rawValue).joined(separator: ", "))",
                advice: "run it as root")
        }
    }
}
