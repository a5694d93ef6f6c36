import HTTPServer
import Host
import Pods
import Profiles

extension Agent {
    func reloadIfChanged() {
        nextReload = nil
        if files.hasChanged(profiles: policy.paths) { reload() }
    }

    /// Reads the configuration and its profiles anew: all of it comes into force, or nothing.
    func reload() {
        nextReload = nil
        service.notify(.reloading)
        defer { service.notify(.ready) }
        do {
            let new = try AgentPolicy(path: settings.file, tuner)
            let old = policy.configuration
            // Before anything else: an address may be taken.
            if new.configuration.http != old.http {
                if let address = new.configuration.http {
                    server = try HTTPServer(listening: address)
                } else {
                    server = nil
                }
            }
            policy = new
            if new.configuration.endpoints != old.endpoints {
                watch = PodWatch(
                    hierarchy, endpoints: new.configuration.endpoints, polling: Self.polling)
            }
        } catch {
            metrics.configurationValid = false
            log(
                .error, "configuration refused: the one before stays in force",
                ["config": settings.file, "why": "\(error)"])
            return
        }
        _ = files.hasChanged(profiles: policy.paths)
        metrics.configurationValid = true
        metrics.reloadedAt = Double(KernelClock.realtime()) / 1e9
        told = []
        nextWholePass = 0
        nextExport = 0
        log(.info, "configuration read", ["config": settings.file])
    }
}

extension AgentPolicy {
    /// The policies' profiles that are files.
    var paths: [String] {
        configuration.profiles.filter { ProfileCatalog.isPath($0) }
    }
}
