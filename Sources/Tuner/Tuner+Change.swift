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
        let lock = try lockState()
        let sweeper = sweeper
        defer {
            // Made or not: what can't be tidied up now, the next change tidies up.
            _ = try? sweeper.sweep()
            try? EventMaps.open(layout)?.noteChange()
            withExtendedLifetime(lock) {}
        }
        return try body(try sweeper.sweep(keeping: names))
    }

    /// Alone until the lock goes.
    func lockState() throws(TunerError) -> FileLock {
        // Whoever has it removes the directory when nothing is left.
        for _ in 0..<1000 {
            do throws(BPFError) {
                try files.makeDirectory(layout.root)
            } catch {
                if error.code == .notFound { continue }
                throw TunerError(error)
            }
            do throws(HostError) {
                return try FileLock(layout.root, .exclusive, wait: .upTo(.seconds(30)))
            } catch {
                if error.errno == .noSuchFileOrDirectory { continue }
                throw TunerError(error)
            }
        }
        throw TunerError(.busy, "\(layout.root) comes and goes all the time")
    }

    func checkPrivileges() throws(TunerError) {
        let missing = try host { () throws(HostError) in
            try Capabilities.current(roots).missing([.bpf, .perfmon, .netAdmin, .sysAdmin])
        }
        guard missing.isEmpty else {
            throw TunerError(
                .permission,
                "changing TCP needs \(missing.map(\.rawValue).joined(separator: ", "))",
                advice: "run it as root")
        }
    }
}
