import BPF
import BPFPrograms
import CongestionControl
import Host
import Profiles

/// What loading a controller did.
package struct ControllerLoadReport {
    package enum Change: Sendable, Equatable {
        case registered
        /// New connections get it instead of the version that was registered.
        case replaced(version: String)
        /// This version is registered already.
        case kept
    }

    /// What is registered, and under which name.
    package let instance: ControllerInstance
    package let version: String
    package let change: Change
    /// Open connections that were moved to this version; nil: not asked for.
    package let moved: Int?
    /// How many sockets still run replaced versions.
    package let oldSockets: Int
}

extension Tuner {
    /// Registers a controller until it is unloaded, whether a profile uses it or not; one that is
    /// registered in another version is replaced, with whatever parameters it is registered.
    ///
    /// - Parameters:
    ///   - parameters: those that aren't to be the default.
    ///   - existing: move open connections that run a replaced version to this one.
    package func load(
        _ loaded: Controller, parameters: [String: ParameterValue] = [:], existing: Bool = false
    ) throws(TunerError) -> ControllerLoadReport {
        guard let object = loaded.object else {
            throw TunerError(.invalidProfile, "'\(loaded.name)' is the kernel's own controller")
        }
        let instance = try controller { () throws(CongestionControlError) in
            try loaded.instance(parameters)
        }
        let name = instance.registeredName
        return try change(keeping: [name]) { (_) throws(TunerError) in
            let before = try registered(name)
            let instances = try [instance] + others(than: instance)
            try register(
                instances.map { CompiledPolicy.Registration(instance: $0, object: object) })
            try kernel { () throws(BPFError) in try registry.mark(name) }
            var moved = 0
            var oldSockets = 0
            for name in instances.map(\.registeredName) {
                if existing { moved += try move(from: name, to: name) }
                oldSockets += try registered(name)?.oldSockets ?? 0
            }
            let change: ControllerLoadReport.Change =
                switch before?.version {
                case nil: .registered
                case object.digest: .kept
                case let version?: .replaced(version: version)
                }
            return ControllerLoadReport(
                instance: instance, version: object.digest, change: change,
                moved: existing ? moved : nil, oldSockets: oldSockets)
        }
    }

    /// The same controller with other parameters: those of profiles, and of what is loaded.
    private func others(
        than loaded: ControllerInstance
    ) throws(TunerError) -> [ControllerInstance] {
        let used = try reader.attachments().flatMap(\.controllers).compactMap { $0 }
        let registered = try registeredControllers().filter(\.isLoaded).map(\.instance)
        return Set(used + registered).filter {
            $0.isBPF && $0.algorithm == loaded.algorithm && $0 != loaded
        }.sorted { $0.registeredName < $1.registeredName }
    }

    /// Unregisters a controller that was loaded without a profile; changes nothing while a profile
    /// or a socket uses it.
    ///
    /// - Parameter existing: give open connections the host's default controller first.
    /// - Returns: how many were given it; nil: not asked for.
    package func unload(_ name: String, existing: Bool = false) throws(TunerError) -> Int? {
        try change(keeping: [name]) { (_) throws(TunerError) in
            let names = try kernel { () throws(BPFError) in try registry.names() }
            guard names.contains(name), try registered(name) != nil else {
                throw TunerError(
                    .notLoaded, "no controller '\(name)' is loaded",
                    advice: "'tcptune cc list' shows what is registered")
            }
            try checkNoProfileUses(name)
            var released: Int?
            if existing {
                let standard = try host { () throws(HostError) in
                    try Kernel(roots).defaultCongestionControl()
                }
                released = try move(from: name, to: standard)
            }
            let sockets = try kernel { () throws(BPFError) in try registry.unregister(name) }
            guard sockets == 0 else {
                throw TunerError(
                    .inUse, "\(sockets) sockets run '\(name)', so it stays",
                    advice: existing
                        ? "those without a connection can't be moved: close them"
                        : "close them, or give them the host's default with --existing")
            }
            return released
        }
    }

    /// Registers controllers, or has them replace the versions that are registered; all are tried
    /// before the first is.
    func register(_ wanted: [CompiledPolicy.Registration]) throws(TunerError) {
        try controller { () throws(CongestionControlError) in
            var prepared: [PreparedController] = []
            for each in wanted {
                if let new = try registry.prepare(each.instance, each.object) {
                    prepared.append(new)
                }
            }
            for each in prepared { try registry.commit(each) }
        }
    }

    private func registered(_ name: String) throws(TunerError) -> RegisteredController? {
        try kernel { () throws(BPFError) in try registry.find(name) }
    }

    private func checkNoProfileUses(_ name: String) throws(TunerError) {
        let users = try reader.attachments().filter { attachment in
            attachment.controllers.contains { $0?.registeredName == name }
        }
        guard let user = users.first else { return }
        throw TunerError(
            .inUse,
            "'\(name)' is what profile \(user.profile) on /\(user.cgroup) uses"
                + (users.count > 1 ? ", and \(users.count - 1) more" : "") + ", so it stays",
            advice: "detach it first")
    }

    /// Gives the sockets that run a controller, in any version, the one that is registered under
    /// a name now; those that have that very one keep it, and its state.
    private func move(from: String, to: String) throws(TunerError) -> Int {
        let object = try kernel { () throws(BPFError) in
            var object = try Object(BPFPrograms.move)
            try object.set(knob: "from", to: .string(from))
            try object.set(knob: "to", to: .string(to))
            try object.load()
            return object
        }
        let iterator = try kernel { () throws(BPFError) in
            try Iterator(try object.program(named: "move"))
        }
        try runEverywhere(iterator)
        return try kernel { () throws(BPFError) in
            Int(try object.map(named: "moved").value(for: UInt32(0), as: UInt64.self) ?? 0)
        }
    }
}
