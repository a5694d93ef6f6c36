import Exporter
import Glibc
import HTTPServer
import Host
import Metrics
import Pods
import Profiles
import SystemPackage
import Tuner

/// Keeps pods tuned as the configuration says: one thread that waits for whatever may have changed.
///
/// All state that counts is the kernel's. It can be killed at any moment, and the next one takes over
/// what is attached without a touch.
package final class Agent {
    /// How it is run, beside the configuration.
    package struct Settings {
        /// Of the configuration.
        package let file: String
        /// Whether it takes profiles off pods when it is told to end.
        package let detachesOnExit: Bool
        package let version: String

        package init(file: String, detachesOnExit: Bool, version: String) {
            self.file = file
            self.detachesOnExit = detachesOnExit
            self.version = version
        }
    }

    enum PodSource: Equatable, CustomStringConvertible {
        case runtime(String)
        case cgroupTree

        var description: String {
            switch self {
            case .runtime(let name): name
            case .cgroupTree: "the cgroup tree"
            }
        }
    }

    let settings: Settings
    let tuner: Tuner
    let hierarchy: CgroupHierarchy
    let log: AgentLog
    let service: ServiceManager
    let exporter: Exporter

    var policy: AgentPolicy
    var reconciler: Reconciler
    var metrics = AgentMetrics()
    /// Where pods were last said to be from.
    var source: PodSource?
    /// The last list of a runtime.
    var previous: NodePods.List?
    /// When a runtime that didn't answer is asked again, and how long that was put off.
    var nextQuestion: UInt64 = 0
    var pause: UInt64 = 0
    /// Nil until it runs.
    var watch: PodWatch?
    var files: ConfigurationWatch
    var server: HTTPServer?
    /// The last pass' failure, so that it is told once.
    var failure: String?
    var exportFailure: String?
    /// Warnings since the configuration was read.
    var told: Set<String> = []

    /// In ns of ``KernelClock/monotonic()``, as all that follow.
    var nextWholePass: UInt64 = 0
    var nextPass: UInt64?
    var nextExport: UInt64 = 0
    var nextReload: UInt64?

    /// - Throws: `AgentError` for a configuration that isn't valid, `HostError`.
    package init(
        _ settings: Settings, _ tuner: Tuner, log: AgentLog, service: ServiceManager
    ) throws {
        self.settings = settings
        self.tuner = tuner
        self.log = log
        self.service = service
        hierarchy = try CgroupHierarchy.discover()
        exporter = Exporter(tuner, version: settings.version)
        reconciler = Reconciler(tuner, hierarchy)
        files = try ConfigurationWatch(
            FilePath(settings.file),
            profileDirectories: ProfileCatalog.defaultDirectories.map { FilePath($0) })
        policy = try AgentPolicy(path: settings.file, tuner)
        if let address = policy.configuration.http { server = try HTTPServer(listening: address) }
        _ = files.hasChanged(profiles: policy.paths)
        metrics.reloadedAt = Double(KernelClock.realtime()) / 1e9
    }

    /// One pass; whether every pod has what it is to have.
    package func runOnce() throws -> Bool {
        try pass(whole: true)
        try export()
        return reconciler.problems.isEmpty
    }

    /// Goes on until SIGTERM or SIGINT comes.
    package func run() throws {
        // What reads the log may go away: SIGPIPE is among them to be blocked.
        var signals = try SignalDescriptor([SIGTERM, SIGINT, SIGHUP, SIGPIPE])
        watch = PodWatch(
            hierarchy, endpoints: policy.configuration.endpoints, polling: Self.polling)
        log(.info, "started", ["version": settings.version, "config": settings.file])
        if let address = server?.address { log(.info, "listening", ["http": address]) }
        try pass(whole: true)
        service.notify(.ready)
        while true {
            let ready = try Poll.wait(interests(signals.descriptor), until: deadline)
            let now = KernelClock.monotonic()
            while let signal = signals.next() {
                switch signal {
                case SIGTERM, SIGINT: return stop()
                case SIGHUP: reload()
                default: break
                }
            }
            if ready.contains(files.descriptor) {
                files.drain()
                nextReload = now + Self.settling
            }
            if let time = nextReload, time <= now { reloadIfChanged() }
            if watch?.handle(ready, now: now) == true {
                nextPass = min(nextPass ?? .max, max(now, lastPass + Self.shortestPause))
            }
            passIfDue(now)
            if policy.configuration.export != nil, nextExport <= now { exportOrTell() }
            server?.handle(ready, now: now) { respond(to: $0) }
            if let watchdog = service.watchdog, now >= lastSign + watchdog / 2 {
                lastSign = now
                service.notify(.alive)
            }
        }
    }

    /// Of a runtime without events, where nothing happens in the cgroup tree either.
    static let polling = Duration.seconds(30)
    /// Between passes: events come in bunches.
    private static let shortestPause: UInt64 = 20_000_000
    /// For files to be written before they are read.
    private static let settling: UInt64 = 100_000_000
    private var lastSign: UInt64 = 0
    var lastPass: UInt64 = 0

    private func interests(_ signals: FileDescriptor) -> [PollInterest] {
        [.reading(signals), .reading(files.descriptor)] + (watch?.interests ?? [])
            + (server?.interests ?? [])
    }

    private var deadline: UInt64? {
        [
            nextWholePass, nextPass, nextReload, watch?.deadline, server?.deadline,
            policy.configuration.export == nil ? nil : nextExport,
            service.watchdog.map { lastSign + $0 / 2 },
        ].compactMap { $0 }.min()
    }

    private func stop() {
        service.notify(.stopping)
        if settings.detachesOnExit {
            do {
                tell(try reconciler.detachAll())
                // What is in the file would be read as if it went on.
                try export()
            } catch {
                log(.error, "profiles stay", ["why": "\(error)"])
            }
        }
        log(.info, "stopped", ["profiles": settings.detachesOnExit ? "detached" : "kept"])
    }
}
