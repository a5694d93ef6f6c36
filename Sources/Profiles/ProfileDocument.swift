/// A profile as the ordered tree of what its file would say.
indirect enum ProfileDocument {
    /// As it stands in YAML.
    case scalar(String)
    case list([ProfileDocument])
    case mapping([(key: String, value: ProfileDocument)])

    /// - Parameter defaults: whether what is as it is without being said is in it too.
    init(_ profile: Profile, defaults: Bool = false) {
        var metadata = [("name", Self.text(profile.name))]
        if !profile.description.isEmpty {
            metadata.append(("description", .text(profile.description)))
        }
        var spec: [(String, ProfileDocument)] = []
        if let choice = profile.congestionControl {
            spec.append(("congestionControl", .choice(choice)))
        }
        if !profile.socket.isEmpty { spec.append(("socket", .socket(profile.socket))) }
        if !profile.rules.isEmpty { spec.append(("rules", .list(profile.rules.map(Self.rule)))) }
        if !profile.headerOptions.isEmpty {
            let options = profile.headerOptions.map { Self.headerOption($0, defaults: defaults) }
            spec.append(("headerOptions", .list(options)))
        }
        let statistics = Self.statistics(profile.statistics, defaults: defaults)
        if !statistics.isEmpty { spec.append(("statistics", .pairs(statistics))) }
        self = .pairs([
            ("apiVersion", .text(DocumentFormat.apiVersion)),
            ("kind", .text(ProfileFormat.document.kind)),
            ("metadata", .pairs(metadata)), ("spec", .pairs(spec)),
        ])
    }

    private static func pairs(_ pairs: [(String, ProfileDocument)]) -> ProfileDocument {
        .mapping(pairs.map { (key: $0.0, value: $0.1) })
    }

    private static func choice(_ choice: CongestionControlChoice) -> ProfileDocument {
        var pairs = [("algorithm", text(choice.algorithm))]
        if !choice.parameters.isEmpty {
            let parameters = choice.parameters.sorted { $0.key < $1.key }
            pairs.append(
                ("parameters", .pairs(parameters.map { ($0.key, .parameter($0.value)) })))
        }
        if !choice.fallback.isEmpty {
            pairs.append(("fallback", .list(choice.fallback.map(text))))
        }
        return .pairs(pairs)
    }

    private static func parameter(_ value: ParameterValue) -> ProfileDocument {
        switch value {
        case .integer(let value): .scalar(String(value))
        case .number(let value): .scalar(String(value))
        case .boolean(let value): .scalar(String(value))
        case .string(let value): text(value)
        }
    }

    private static func socket(_ settings: SocketSettings) -> ProfileDocument {
        var pairs: [(String, ProfileDocument)] = []
        for option in SocketOption.all {
            let value: String? =
                switch option.value {
                case .number(let format, let field): settings[keyPath: field].map(format.format)
                case .flag(let field): settings[keyPath: field].map(String.init)
                }
            guard let value else { continue }
            if option.path.count == 1 {
                pairs.append((option.path[0], .scalar(value)))
            } else if pairs.last?.0 == option.path[0], case .mapping(let inner)? = pairs.last?.1 {
                pairs[pairs.count - 1].1 = .mapping(inner + [(option.path[1], .scalar(value))])
            } else {
                pairs.append((option.path[0], .pairs([(option.path[1], .scalar(value))])))
            }
        }
        return .pairs(pairs)
    }

    private static func rule(_ rule: Rule) -> ProfileDocument {
        var when: [(String, ProfileDocument)] = []
        if !rule.match.remote.isEmpty {
            when.append(("remote", .list(rule.match.remote.map { text(String(describing: $0)) })))
        }
        if !rule.match.ports.isEmpty {
            when.append(("port", .list(rule.match.ports.map { .scalar(String($0)) })))
        }
        if let direction = rule.match.direction {
            when.append(("direction", text(direction.rawValue)))
        }
        var pairs = [("when", pairs(when))]
        if let choice = rule.congestionControl {
            pairs.append(("congestionControl", .choice(choice)))
        }
        if let socket = rule.socket { pairs.append(("socket", .socket(socket))) }
        return .pairs(pairs)
    }

    private static func statistics(
        _ settings: StatisticsSettings, defaults: Bool
    ) -> [(String, ProfileDocument)] {
        var values = [("enabled", settings.enabled)]
        if settings.enabled || defaults {
            values += [
                ("rtt", settings.rtt), ("congestionWindow", settings.congestionWindow),
                ("deliveryRate", settings.deliveryRate),
            ]
        }
        return values.filter { defaults || !$0.1 }.map { ($0.0, .scalar(String($0.1))) }
    }
}
