import PlainText

/// Makes header options of values that have the right shape, and checks what takes more than one.
struct HeaderOptionBuilder {
    private(set) var diagnostics: [ProfileError.Diagnostic] = []

    /// The options, as far as their values were valid.
    mutating func build(_ values: [CheckedValue]) -> [HeaderOption] {
        var options: [HeaderOption] = []
        var places: [Location] = []
        var types: Set<HeaderOptionType> = []
        var identifiers: Set<HeaderOption.RawIdentifier> = []
        var plugins: Set<String> = []
        var raw = 0
        for value in values {
            guard let name = value["type"]?.text, let type = HeaderOptionType(rawValue: name)
            else { continue }
            if type == .raw || type == .plugin {
                raw += 1
                if raw == HeaderOption.maximumRaw + 1 {
                    note(
                        value.location,
                        "more than \(HeaderOption.maximumRaw) raw options and plug-ins",
                        expected: "at most \(HeaderOption.maximumRaw)")
                }
            } else if !types.insert(type).inserted {
                note(value.location, "a second option of type \(name)", expected: "one only")
                continue
            }
            guard let kind = kind(type, value) else { continue }
            if case .raw(let id, _, _, _) = kind, !identifiers.insert(id).inserted {
                let label = if case .exid = id { "ExID" } else { "kind" }
                note(
                    (value["exid"] ?? value["kind"] ?? value).location,
                    "\(label) \(id) is already another option's", expected: "one of its own")
                continue
            }
            if case .plugin(let name, _, _) = kind, !plugins.insert(name).inserted {
                note(
                    value.location, "a second option of plug-in \(Quoted(name))",
                    expected: "one only")
                continue
            }
            options.append(
                HeaderOption(kind, peers: value["peers"]?.list.compactMap(\.prefix) ?? []))
            places.append(value.location)
        }
        checkRoom(of: options, places)
        return options
    }

    private mutating func kind(
        _ type: HeaderOptionType, _ value: CheckedValue
    ) -> HeaderOption.Kind? {
        switch type {
        case .telemetry: return .telemetry(every: value["every"]?.cadence ?? .roundTrip)
        case .identity: return identity(value)
        case .delayedACK: return delayedACK(value)
        case .userTimeout: return userTimeout(value)
        case .raw: return raw(value)
        case .plugin:
            guard let name = value["name"]?.text else { return nil }
            let (segments, every) = schedule(value)
            return .plugin(name: name, on: segments, every: every)
        }
    }

    private mutating func identity(_ value: CheckedValue) -> HeaderOption.Kind? {
        guard let told = value["value"] else { return nil }
        let workload = told["pod"]?.boolean ?? false
        let profile = told["profile"]?.boolean ?? false
        // A value of the wrong shape has been noted, and may have been meant as true.
        let isInvalid = ["pod", "profile"].contains { told[$0].map { $0.boolean == nil } ?? false }
        if !workload && !profile && !isInvalid {
            note(
                told.location, "an identity that tells nothing",
                expected: "pod: true or profile: true")
        }
        return .identity(workload: workload, profile: profile)
    }

    private mutating func delayedACK(_ value: CheckedValue) -> HeaderOption.Kind? {
        guard let field = value["maximum"], let maximum = field.integer else { return nil }
        if maximum % 100 != 0 {
            note(
                field.location, "a maximum of \(maximum)us is too fine",
                expected: "whole tenths of a millisecond")
        }
        return .delayedACK(maximum: Int(maximum))
    }

    private mutating func userTimeout(_ value: CheckedValue) -> HeaderOption.Kind? {
        guard let field = value["value"], let seconds = field.integer else { return nil }
        if seconds > 32767, seconds % 60 != 0 {
            note(
                field.location, "a user timeout of \(seconds)s is too fine",
                expected: "whole minutes above 32767s")
        }
        return .userTimeout(Int(seconds))
    }

    private mutating func raw(_ value: CheckedValue) -> HeaderOption.Kind? {
        let (segments, every) = schedule(value)
        guard let id = identifier(value) else { return nil }
        return .raw(id: id, value: value["value"]?.bytes ?? [], on: segments, every: every)
    }

    /// Where and how often.
    private mutating func schedule(
        _ value: CheckedValue
    ) -> (Set<HeaderOption.Segment>, HeaderOption.Cadence) {
        let segments = Set(
            value["on"]?.list.compactMap { $0.text.flatMap(HeaderOption.Segment.init) } ?? [])
        if let every = value["every"], !segments.isEmpty, !segments.contains(.data) {
            note(
                every.location, "every is about data segments, which this option isn't on",
                expected: "data in on, or no every")
        }
        let isOnData = segments.contains(.data)
        return (segments, isOnData ? value["every"]?.cadence ?? .roundTrip : .roundTrip)
    }

    private mutating func identifier(_ value: CheckedValue) -> HeaderOption.RawIdentifier? {
        switch (value["exid"], value["kind"]) {
        case (let exid?, nil):
            guard let number = exid.integer.flatMap(UInt16.init(exactly:)) else { return nil }
            if let owner = ReservedOptions.owner(ofExID: number) {
                let id = HeaderOption.RawIdentifier.exid(number)
                note(exid.location, "ExID \(id) is \(owner)", expected: "one of your own")
            }
            return .exid(number)
        case (nil, let kind?):
            guard let number = kind.integer.flatMap(UInt8.init(exactly:)) else { return nil }
            if let (owner, instead) = ReservedOptions.owner(ofKind: number) {
                note(kind.location, "kind \(number) is \(owner)", expected: instead)
            }
            return .kind(number)
        case (_?, let kind?):
            note(kind.location, "a raw option with both exid and kind", expected: "one of them")
        case (nil, nil):
            note(
                value.location, "a raw option without identifier",
                expected: "exid, such as 0xABCD, or kind")
        }
        return nil
    }

    private mutating func checkRoom(of options: [HeaderOption], _ places: [Location]) {
        var previous: HeaderOptionRoom?
        for segment in HeaderOption.Segment.allCases {
            let room = HeaderOptionRoom(of: options, on: segment)
            // A SYN-ACK mostly has what the SYN has: once is enough.
            guard room != previous else { continue }
            previous = room
            guard let index = room.firstTooMany else { continue }
            let parts = room.parts.map { "\($0.name) \($0.bytes)" }
            let padding = room.padding > 0 ? ["padding \(room.padding)"] : []
            note(
                places[index],
                "the options of a \(segment.label) take \(room.total) bytes, "
                    + "\(room.total - HeaderOptionRoom.limit) too many",
                expected: "at most \(HeaderOptionRoom.limit); there are the kernel's own "
                    + "\(room.kernel) (\(segment.kernelOptions)), "
                    + (parts + padding).joined(separator: ", "))
        }
    }

    private mutating func note(_ location: Location, _ problem: String, expected: String) {
        diagnostics.append(location.diagnostic(problem, expected: expected))
    }
}
