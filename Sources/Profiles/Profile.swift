/// What to do to the TCP connections of one workload.
///
/// A profile holds everything: applying the same one twice changes nothing.
public struct Profile: Sendable, Equatable {
    /// `[a-z0-9]([-a-z0-9.]*[a-z0-9])?`, at most 63 characters.
    public var name: String
    /// For people; may be empty.
    public var description: String
    /// The congestion controller; `nil` leaves the one the connection would have.
    public var congestionControl: CongestionControlChoice?
    /// Socket options for every connection; what is absent stays untouched.
    public var socket: SocketSettings
    /// Exceptions by address, port and direction: the first that matches is merged over the base.
    public var rules: [Rule]
    /// TCP options that every connection's packets carry, rules aside; in the order of the file.
    public var headerOptions: [HeaderOption]
    /// What is measured.
    public var statistics: StatisticsSettings
    /// Where it was read from: a path, or `nil` for a built-in or a constructed profile.
    ///
    /// Not part of what a profile means: neither compared nor hashed.
    public var source: String?

    /// The most rules a profile may have: the kernel side keeps one bit each in 64.
    public static let maximumRules = 63

    /// Makes a profile; values aren't checked against the format's ranges, ``ProfileParser`` does.
    public init(
        name: String,
        description: String = "",
        congestionControl: CongestionControlChoice? = nil,
        socket: SocketSettings = SocketSettings(),
        rules: [Rule] = [],
        headerOptions: [HeaderOption] = [],
        statistics: StatisticsSettings = StatisticsSettings(),
        source: String? = nil
    ) {
        self.name = name
        self.description = description
        self.congestionControl = congestionControl
        self.socket = socket
        self.rules = rules
        self.headerOptions = headerOptions
        self.statistics = statistics
        self.source = source
    }

    /// What a connection gets: the base at index 0, rule *i* merged over the base at index *i* + 1.
    public var resolved: [ResolvedSettings] {
        let base = ResolvedSettings(congestionControl: congestionControl, socket: socket)
        return [base]
            + rules.map { rule in
                ResolvedSettings(
                    congestionControl: rule.congestionControl ?? congestionControl,
                    socket: rule.socket.map { $0.merged(over: socket) } ?? socket)
            }
    }

    public static func == (left: Profile, right: Profile) -> Bool {
        left.name == right.name && left.description == right.description
            && left.congestionControl == right.congestionControl && left.socket == right.socket
            && left.rules == right.rules && left.headerOptions == right.headerOptions
            && left.statistics == right.statistics
    }
}

/// What some of a profile's connections get instead of the base.
public struct Rule: Sendable, Equatable {
    /// The connections it is for.
    public var match: Match
    /// Replaces the base's choice as a whole, its fallbacks too; `nil` keeps it.
    public var congestionControl: CongestionControlChoice?
    /// Replaces the base's values one by one; `nil` keeps them.
    public var socket: SocketSettings?

    /// Makes a rule.
    public init(
        match: Match,
        congestionControl: CongestionControlChoice? = nil,
        socket: SocketSettings? = nil
    ) {
        self.match = match
        self.congestionControl = congestionControl
        self.socket = socket
    }
}

/// All that one connection gets, the rule that matched already merged over the base.
public struct ResolvedSettings: Sendable, Equatable {
    /// The congestion controller; `nil` leaves the connection's own.
    public var congestionControl: CongestionControlChoice?
    /// The socket options to set.
    public var socket: SocketSettings

    /// Makes settings.
    public init(congestionControl: CongestionControlChoice? = nil, socket: SocketSettings) {
        self.congestionControl = congestionControl
        self.socket = socket
    }
}
