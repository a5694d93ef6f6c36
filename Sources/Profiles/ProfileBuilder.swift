import PlainText

/// Makes a profile of values that have the right shape, and checks what takes more than one value.
struct ProfileBuilder {
    private(set) var diagnostics: [ProfileError.Diagnostic] = []

    /// The profile, as far as its values were valid.
    mutating func build(_ root: CheckedValue) -> Profile {
        let spec = root["spec"]
        let statistics = spec?["statistics"]
        var headerOptions = HeaderOptionBuilder()
        let profile = Profile(
            name: root["metadata"]?["name"]?.text ?? "",
            description: root["metadata"]?["description"]?.text ?? "",
            congestionControl: choice(spec?["congestionControl"]),
            socket: socket(spec?["socket"]) ?? SocketSettings(),
            rules: (spec?["rules"]?.list ?? []).map { rule($0) },
            headerOptions: headerOptions.build(spec?["headerOptions"]?.list ?? []),
            statistics: StatisticsSettings(
                enabled: statistics?["enabled"]?.boolean ?? true,
                rtt: statistics?["rtt"]?.boolean ?? true,
                congestionWindow: statistics?["congestionWindow"]?.boolean ?? true,
                deliveryRate: statistics?["deliveryRate"]?.boolean ?? true))
        diagnostics += headerOptions.diagnostics
        checkWindows(of: profile, spec)
        return profile
    }

    private mutating func rule(_ value: CheckedValue) -> Rule {
        let when = value["when"]
        let match = Match(
            remote: when?["remote"]?.list.compactMap(\.prefix) ?? [],
            ports: when?["port"]?.list.compactMap { $0.integer.map(UInt16.init) } ?? [],
            direction: when?["direction"]?.text.flatMap(Direction.init))
        return Rule(
            match: match, congestionControl: choice(value["congestionControl"]),
            socket: socket(value["socket"]))
    }

    private mutating func choice(_ value: CheckedValue?) -> CongestionControlChoice? {
        guard let value, let algorithm = value["algorithm"]?.text else { return nil }
        let fallback = value["fallback"]?.list ?? []
        var names: Set = [algorithm]
        for controller in fallback {
            guard let name = controller.text, !names.insert(name).inserted else { continue }
            diagnostics.append(
                controller.location.diagnostic(
                    "fallback \(Quoted(name)) is already to be tried before",
                    expected: "another controller"))
        }
        return CongestionControlChoice(
            algorithm: algorithm, parameters: value["parameters"]?.parameters ?? [:],
            fallback: fallback.compactMap(\.text))
    }

    private func socket(_ value: CheckedValue?) -> SocketSettings? {
        guard let value else { return nil }
        var settings = SocketSettings()
        for option in SocketOption.all {
            let field = option.path.reduce(value as CheckedValue?) { $0?[$1] }
            switch option.value {
            case .number(_, let path): settings[keyPath: path] = field?.integer
            case .flag(let path): settings[keyPath: path] = field?.boolean
            }
        }
        // An empty `socket:` in a rule says as little as none.
        return settings.isEmpty ? nil : settings
    }

    /// A connection can't start with a larger window than it may ever have.
    private mutating func checkWindows(of profile: Profile, _ spec: CheckedValue?) {
        let places = [spec] + (spec?["rules"]?.list ?? [])
        for (settings, place) in zip(profile.resolved, places) {
            let socket = place?["socket"]
            guard let initial = settings.socket.initialCongestionWindow,
                let clamp = settings.socket.congestionWindowClamp, initial > clamp,
                let culprit = socket?["initialCongestionWindow"]
                    ?? socket?["congestionWindowClamp"]
            else { continue }
            diagnostics.append(
                culprit.location.diagnostic(
                    "initialCongestionWindow \(initial) is above congestionWindowClamp \(clamp)",
                    expected: "at most the clamp"))
        }
    }
}
