import CTcptuneABI
import CongestionControl
import HeaderOptions
import Host
import Profiles

/// A profile in the form that the policy program takes, for this host.
struct CompiledPolicy {
    /// The base, then the rules.
    let settings: [tt_settings]
    /// By the same index.
    private let sockets: [SocketSettings]
    /// By the same index.
    let controllers: [ControllerInstance?]
    /// Those of the controllers that are BPF programs, each once.
    let registrations: [Registration]
    let passedOver: [String]
    let rules: RuleSets
    let headers: CompiledHeaders
    /// Options that any of the settings has, a bit per `tt_option`.
    let options: UInt32
    /// `tt_collect`.
    let collect: UInt32
    let record: PolicyRecord

    /// A BPF controller that must be registered.
    struct Registration {
        let instance: ControllerInstance
        let object: ControllerObject
    }

    /// What of the host decides how a profile is carried out.
    struct Limits {
        /// Microseconds.
        let jiffy: UInt64
    }

    init(
        _ profile: Profile, catalog: ControllerCatalog, options catalogOfOptions: OptionCatalog,
        limits: Limits, now: UInt64
    ) throws(TunerError) {
        var chosen: [String: ChosenController] = [:]
        var passedOver: [String] = []
        var settings: [tt_settings] = []
        var instances: [ControllerInstance?] = []
        for resolved in profile.resolved {
            try Self.check(resolved.socket, limits)
            var instance: ControllerInstance?
            if let choice = resolved.congestionControl {
                let key = "\(choice)"
                if chosen[key] == nil {
                    let found = try controller { () throws(CongestionControlError) in
                        try catalog.choose(choice)
                    }
                    chosen[key] = found
                    passedOver += found.passedOver
                }
                instance = chosen[key]?.instance
            }
            settings.append(tt_settings(resolved.socket, controller: instance?.registeredName))
            instances.append(instance)
        }
        try controller { () throws(CongestionControlError) in
            try ControllerInstance.checkNames(instances.compactMap { $0 })
        }
        self.settings = settings
        sockets = profile.resolved.map(\.socket)
        controllers = instances
        registrations = Self.registrations(chosen.values)
        self.passedOver = passedOver
        rules = RuleSets(profile.rules)
        headers = CompiledHeaders(profile, try ResolvedOptions(profile, catalogOfOptions))
        options = settings.reduce(0) { $0 | $1.present }
        collect = Self.collect(profile.statistics)
        record = PolicyRecord(
            profile: profile.name, hash: profile.contentHash, text: profile.canonicalYAML,
            controllers: instances, passedOver: passedOver, collect: collect,
            headers: headers.all,
            optionPlugins: headers.plugins.map(OptionPluginRecord.init), loadedAt: now)
    }

    private static func registrations(_ chosen: some Sequence<ChosenController>) -> [Registration] {
        var found: [String: Registration] = [:]
        for choice in chosen where found[choice.instance.registeredName] == nil {
            guard let object = choice.controller.object else { continue }
            found[choice.instance.registeredName] = Registration(
                instance: choice.instance, object: object)
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The largest value of an option among the settings.
    func largest(_ option: String) -> Int? {
        guard let option = KernelOption.all.first(where: { $0.name == option }) else { return nil }
        return sockets.compactMap { option.value(in: $0) }.max().map(Int.init)
    }

    private static func collect(_ statistics: StatisticsSettings) -> UInt32 {
        guard statistics.enabled else { return 0 }
        return TT_COLLECT_COUNTERS.rawValue
            | (statistics.rtt ? TT_COLLECT_RTT.rawValue : 0)
            | (statistics.congestionWindow ? TT_COLLECT_CWND.rawValue : 0)
            | (statistics.deliveryRate ? TT_COLLECT_RATE.rawValue : 0)
    }

    /// The kernel counts timers in jiffies and wants two at least (TCP_TIMEOUT_MIN).
    private static func check(_ socket: SocketSettings, _ limits: Limits) throws(TunerError) {
        let shortest = 2 * limits.jiffy
        for (name, value) in [
            ("minimumRTO", socket.minimumRTO), ("maximumDelayedACK", socket.maximumDelayedACK),
        ] {
            guard let value, UInt64(value) < shortest else { continue }
            throw TunerError(
                .invalidProfile,
                "spec.socket.\(name): \(value) us is shorter than two ticks of this kernel's clock",
                advice: "\(shortest) us is the least here")
        }
    }
}
