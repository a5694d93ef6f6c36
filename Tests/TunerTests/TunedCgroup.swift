import Glibc
import Host
import Profiles
import SystemPackage
import Telemetry
import TestSupport
import Testing
import Tuner

/// A fresh cgroup and a tuner with pins of its own; everything is taken off when it goes.
///
/// Controllers' names are the host's: suites that use one run one after the other.
final class TunedCgroup {
    let tuner: Tuner
    let cgroup: TemporaryCgroup

    init() throws {
        try KernelTest.require()
        tuner = try Tuner(stateDirectory: "/sys/fs/bpf/tcptune-test-\(getpid())")
        cgroup = try TemporaryCgroup()
    }

    deinit {
        _ = try? tuner.detachAll()
    }

    var target: Target { .cgroup(cgroup.path.string) }
    var placement: Placement { Placement(cgroup: cgroup.path) }

    @discardableResult
    func apply(
        _ profile: Profile, existing: Bool = false, resetStatistics: Bool = false
    ) throws -> ApplyReport {
        try tuner.apply(
            profile, to: [target],
            options: ApplyOptions(existing: existing, resetStatistics: resetStatistics))
    }

    func statistics() throws -> AttachmentStatistics {
        try Telemetry(tuner).statistics(of: try tuner.attachments(of: [target]))[0]
    }

    /// What the connection iterator says of a socket; nil: it is nobody's.
    func connection(_ socket: TCPConnection) throws -> Connection? {
        let cookie = try socket.cookie()
        var found: Connection?
        try Telemetry(tuner).forEachConnection(of: try tuner.attachments()) { connection, _ in
            if connection.cookie == cookie { found = connection }
        }
        return found
    }
}

extension Profile {
    /// With one thing set.
    init(_ name: String = "test", socket: (inout SocketSettings) -> Void) {
        var settings = SocketSettings()
        socket(&settings)
        self.init(name: name, socket: settings)
    }

    init(_ name: String = "test", controller: String, parameters: [String: ParameterValue] = [:]) {
        self.init(
            name: name,
            congestionControl: CongestionControlChoice(
                algorithm: controller, parameters: parameters))
    }
}
