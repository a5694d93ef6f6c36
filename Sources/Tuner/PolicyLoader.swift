import BPF
import BPFPrograms
import CTcptuneABI
import Host
import SystemPackage

/// A policy's program, and the maps it shares with all others.
struct LoadedPolicy: ~Copyable {
    let program: Program
    let maps: SharedMaps
    /// Held open until an attachment pins it: the kernel would empty it. Nil: one has, or there
    /// are no plug-ins.
    let options: Map?
}

/// The iterator over open connections, and its object, whose maps say what to take.
struct LoadedAdoption: ~Copyable {
    let object: Object
    let iterator: Iterator
}

/// Makes the policy object's programs for one profile.
struct PolicyLoader {
    let layout: PinLayout
    let files: PinDirectory
    /// Microseconds.
    let jiffy: UInt64

    /// Loads the program that is attached to cgroups, with its record bound to it.
    func loadPolicy(_ policy: CompiledPolicy) throws(TunerError) -> LoadedPolicy {
        let object = try kernel { () throws(BPFError) in
            let headers = policy.headers
            var object = try Object(
                headers.isEmpty
                    ? BPFPrograms.policy
                    : headers.plugins.isEmpty
                        ? BPFPrograms.policy_headers : BPFPrograms.policy_plugins)
            try prepare(object, policy)
            if !headers.isEmpty { try setHeaderKnobs(object, headers) }
            try object.load()
            try fill(object, policy)
            if !headers.isEmpty { try fill(object, headers) }
            return object
        }
        let maps = try kernel { () throws(BPFError) in
            try SharedMaps.open(layout, orPinThoseOf: object, files)
        }
        try OptionPrograms.fill(object, policy.headers, maps)
        let program = try kernel { () throws(BPFError) in
            let program = try object.program(named: "policy")
            try program.bind(try Map.holding(policy.record, name: PolicyRecord.mapName))
            return program
        }
        let options = try kernel { () throws(BPFError) in
            policy.headers.plugins.isEmpty ? nil : try object.map(named: OptionPrograms.map)
        }
        return LoadedPolicy(program: program, maps: maps, options: options)
    }

    /// Loads the iterator that takes open connections over, or releases them.
    func loadAdoption(
        _ policy: CompiledPolicy, _ scope: Tuner.AdoptionScope, release: Bool
    ) throws(BPFError) -> LoadedAdoption {
        var object = try Object(BPFPrograms.adopt)
        try prepare(object, policy)
        try object.set(knob: "has_headers", to: .bool(!policy.headers.isEmpty))
        try object.set(knob: "release", to: .bool(release))
        try object.set(knob: "only_listeners", to: .bool(scope == .listeners))
        try object.load()
        try fill(object, policy)
        let iterator = try Iterator(try object.program(named: "adopt"))
        return LoadedAdoption(object: object, iterator: iterator)
    }

    private func prepare(
        _ object: borrowing Object, _ policy: CompiledPolicy
    ) throws(BPFError) {
        if let shared = try SharedMaps.open(layout) { try shared.share(with: object) }
        try EventMaps.openOrMake(layout, files).share(with: object)
        try setKnobs(object, policy)
        try object.setMaxEntries(max(1, policy.rules.remotes.count), ofMap: "rules_remote")
        try object.setMaxEntries(max(1, policy.rules.ports.count), ofMap: "rules_port")
    }

    private func setKnobs(_ object: borrowing Object, _ policy: CompiledPolicy) throws(BPFError) {
        let rules = policy.rules
        try object.set(knob: "jiffy_us", to: .unsigned(jiffy))
        try object.set(knob: "collect", to: .unsigned(UInt64(policy.collect)))
        try object.set(knob: "options", to: .unsigned(UInt64(policy.options)))
        try object.set(knob: "rules", to: .unsigned(rules.all))
        try object.set(knob: "rules_outbound", to: .unsigned(rules.outbound))
        try object.set(knob: "rules_inbound", to: .unsigned(rules.inbound))
        try object.set(knob: "rules_any_port", to: .unsigned(rules.anyPort))
        try object.set(knob: "rules_by_remote", to: .bool(!rules.remotes.isEmpty))
        try object.set(knob: "rules_by_port", to: .bool(!rules.ports.isEmpty))
        var settings = policy.settings.withUnsafeBytes { Array($0) }
        let all = (Int(TT_MAX_RULES) + 1) * MemoryLayout<tt_settings>.stride
        settings += Array(repeating: 0, count: all - settings.count)
        try object.set(knob: "settings", to: .bytes(settings))
    }

    private func setHeaderKnobs(
        _ object: borrowing Object, _ headers: CompiledHeaders
    ) throws(BPFError) {
        try object.set(knob: "headers", to: .unsigned(UInt64(headers.all)))
        try object.set(knob: "headers_any_peer", to: .unsigned(UInt64(headers.anyPeer)))
        try object.set(knob: "headers_by_peer", to: .bool(!headers.peers.isEmpty))
        try object.set(knob: "profile_identity", to: .unsigned(UInt64(headers.profileIdentity)))
        try object.set(knob: "identity_later", to: .bool(headers.identityLater))
        try object.set(knob: "raw_identity", to: .unsigned(UInt64(headers.rawIdentity)))
        try object.set(
            knob: "header", to: .bytes(headers.settings.withUnsafeBytes { Array($0) }))
        try object.setMaxEntries(max(1, headers.peers.count), ofMap: "header_peers")
    }

    private func fill(
        _ object: borrowing Object, _ policy: CompiledPolicy
    ) throws(BPFError) {
        let rules = policy.rules
        if !rules.remotes.isEmpty {
            let map = try object.map(named: "rules_remote")
            for remote in rules.remotes {
                let length = bytes(of: UInt32(remote.prefix.length))
                try map.store(bytes(of: remote.rules), at: length + remote.prefix.bytes)
            }
        }
        if !rules.ports.isEmpty {
            let map = try object.map(named: "rules_port")
            for (port, set) in rules.ports { try map.update(port, to: set) }
        }
    }

    private func fill(
        _ object: borrowing Object, _ headers: CompiledHeaders
    ) throws(BPFError) {
        let map = try object.map(named: "header_peers")
        for peer in headers.peers {
            let length = bytes(of: UInt32(peer.prefix.length))
            try map.store(bytes(of: peer.options), at: length + peer.prefix.bytes)
        }
    }
}
