/// What is measured of a profile's connections; everything, unless the profile says otherwise.
///
/// With `enabled` false nothing is collected, whatever the other fields were given as: they read
/// false then, so that profiles that mean the same are equal.
public struct StatisticsSettings: Sendable, Equatable {
    /// Counters: connections, bytes, segments, retransmits, time spent limited.
    public let enabled: Bool
    /// The histogram of round-trip times.
    public let rtt: Bool
    /// The histogram of congestion windows, sampled at each RTT sample.
    public let congestionWindow: Bool
    /// The histogram of delivery rates.
    public let deliveryRate: Bool

    /// Makes settings.
    public init(
        enabled: Bool = true, rtt: Bool = true, congestionWindow: Bool = true,
        deliveryRate: Bool = true
    ) {
        self.enabled = enabled
        self.rtt = enabled && rtt
        self.congestionWindow = enabled && congestionWindow
        self.deliveryRate = enabled && deliveryRate
    }
}
