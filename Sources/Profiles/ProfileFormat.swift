/// The profile format, version 1.
enum ProfileFormat {
    static let document = DocumentFormat(
        kind: "Profile",
        keys: [
            Shape.Key(
                name: "metadata", shape: .mapping(metadata), isRequired: true,
                summary: "Who the profile is."),
            Shape.Key(
                name: "spec", shape: .mapping(spec), isRequired: true,
                summary: "What the profile does."),
        ])

    private static let metadata = Shape.Keys(keys: [
        Shape.Key(
            name: "name", shape: .text(.profileName), isRequired: true,
            summary: "The profile's name; the file's, where it is found by name."),
        Shape.Key(
            name: "description", shape: .text(.description),
            summary: "For whom and why."),
    ])

    private static let spec = Shape.Keys(keys: [
        Shape.Key(
            name: "congestionControl", shape: .mapping(congestionControl),
            summary: "The congestion controller; absent: the one the connection would have."),
        Shape.Key(
            name: "socket", shape: .mapping(socket),
            summary: "Socket options; what is absent stays untouched."),
        Shape.Key(
            name: "rules",
            shape: .list(of: .mapping(rule), what: "rules", count: 0...Profile.maximumRules),
            summary: "Exceptions: the first that matches is merged over the values above."),
        Shape.Key(
            name: "headerOptions",
            shape: .list(
                of: HeaderOptionType.shape, what: "options",
                count: 0...HeaderOption.maximumCount),
            summary: "TCP options that packets carry, whatever rule a connection is under."),
        Shape.Key(
            name: "statistics", shape: .mapping(statistics),
            summary: "What is measured; everything by default."),
    ])

    private static let congestionControl = Shape.Keys(
        keys: [
            Shape.Key(
                name: "algorithm", shape: .text(.controllerName), isRequired: true,
                summary: "A native, built-in or plug-in controller."),
            Shape.Key(
                name: "parameters", shape: .dictionary(.parameterName, .parameter),
                summary: "Typed against the controller's declared parameters."),
            Shape.Key(
                name: "fallback",
                shape: .list(of: .text(.controllerName), what: "controllers", count: 0...8),
                summary: "Controllers to take, in order, when the kernel can't run the first."),
        ], definition: "congestionControl")

    private static let socket = Shape.Keys(keys: socketKeys, definition: "socket")

    /// Options of one path component as they are, those below a common one as a mapping.
    private static var socketKeys: [Shape.Key] {
        var keys: [Shape.Key] = []
        for option in SocketOption.all {
            let shape: Shape =
                switch option.value {
                case .number(let format, _): .number(format)
                case .flag: .boolean
                }
            let key = Shape.Key(name: option.path.last!, shape: shape, summary: option.summary)
            if option.path.count == 1 {
                keys.append(key)
            } else if case .mapping(var inner)? = keys.last?.shape,
                keys.last?.name == option.path[0]
            {
                inner.keys.append(key)
                keys[keys.count - 1].shape = .mapping(inner)
            } else {
                keys.append(
                    Shape.Key(
                        name: option.path[0],
                        shape: .mapping(Shape.Keys(keys: [key], needsOne: true)),
                        summary: "Probes on idle connections."))
            }
        }
        return keys
    }

    private static let rule = Shape.Keys(keys: [
        Shape.Key(
            name: "when", shape: .mapping(when), isRequired: true,
            summary: "The connections it is for; every condition given has to hold."),
        Shape.Key(
            name: "congestionControl", shape: .mapping(congestionControl),
            summary: "Replaces the choice above as a whole."),
        Shape.Key(
            name: "socket", shape: .mapping(socket),
            summary: "Replaces the options above one by one."),
    ])

    private static let when = Shape.Keys(
        keys: [
            Shape.Key(
                name: "remote", shape: .list(of: .prefix, what: "prefixes", count: 1...65536),
                summary: "Prefixes one of which holds the remote address."),
            Shape.Key(
                name: "port", shape: .list(of: .port, what: "ports", count: 1...65535),
                summary: "The service's port: remote if outbound, local if inbound."),
            Shape.Key(
                name: "direction", shape: .choice(Direction.allCases.map(\.rawValue)),
                summary: "Who opened the connection."),
        ], needsOne: true)

    private static let statistics = Shape.Keys(keys: [
        Shape.Key(
            name: "enabled", shape: .boolean, summary: "False: nothing is collected."),
        Shape.Key(
            name: "rtt", shape: .boolean, summary: "The histogram of round-trip times."),
        Shape.Key(
            name: "congestionWindow", shape: .boolean,
            summary: "The histogram of congestion windows."),
        Shape.Key(
            name: "deliveryRate", shape: .boolean,
            summary: "The histogram of delivery rates."),
    ])
}
