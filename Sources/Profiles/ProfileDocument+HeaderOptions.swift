extension ProfileDocument {
    /// An element of `headerOptions`.
    static func headerOption(_ option: HeaderOption, defaults: Bool) -> ProfileDocument {
        var pairs = [(key: "type", value: text(option.type.rawValue))]
        switch option.kind {
        case .telemetry(let every): pairs += cadence(every, defaults: defaults)
        case .identity(let workload, let profile):
            let told = [("pod", workload), ("profile", profile)].filter { defaults || $0.1 }
            pairs.append(
                ("value", .mapping(told.map { (key: $0.0, value: .scalar(String($0.1))) })))
        case .delayedACK(let maximum):
            pairs.append(("maximum", quantity(.microseconds, maximum)))
        case .userTimeout(let seconds): pairs.append(("value", quantity(.seconds, seconds)))
        case .raw(let id, let value, let segments, let every):
            switch id {
            case .exid: pairs.append(("exid", .scalar("\(id)")))
            case .kind: pairs.append(("kind", .scalar("\(id)")))
            }
            if !value.isEmpty || defaults {
                let digits = value.map { hexadecimal($0) }.joined(separator: " ")
                pairs.append(("value", text("hex:\(digits)")))
            }
            pairs += schedule(segments, every, defaults: defaults)
        case .plugin(let name, let segments, let every):
            pairs.append(("name", text(name)))
            pairs += schedule(segments, every, defaults: defaults)
        }
        if !option.peers.isEmpty {
            pairs.append(("peers", .list(option.peers.map { text(String(describing: $0)) })))
        }
        return .mapping(pairs)
    }

    private static func schedule(
        _ segments: Set<HeaderOption.Segment>, _ every: HeaderOption.Cadence, defaults: Bool
    ) -> [(key: String, value: ProfileDocument)] {
        let names = HeaderOption.Segment.allCases.filter(segments.contains).map(\.rawValue)
        let on = [(key: "on", value: ProfileDocument.list(names.map(text)))]
        return segments.contains(.data) ? on + cadence(every, defaults: defaults) : on
    }

    private static func cadence(
        _ every: HeaderOption.Cadence, defaults: Bool
    ) -> [(key: String, value: ProfileDocument)] {
        if every == .roundTrip && !defaults { return [] }
        let value: ProfileDocument =
            switch every {
            case .roundTrip: .scalar("rtt")
            case .interval(let time): quantity(.microseconds, time)
            case .segments(let count): .scalar(String(count))
            case .everySegment: .scalar("segment")
            }
        return [("every", value)]
    }

    private static func quantity(_ quantity: Quantity, _ stored: Int) -> ProfileDocument {
        .scalar(quantity.format(UInt32(clamping: stored)))
    }
}
