/// What one end's TCP measures of a connection.
package struct TelemetryOption: Sendable, Equatable {
    /// In segments; 65535: that or more.
    package var congestionWindow: UInt16 = 0
    /// Smoothed, in microseconds, as a float.
    package var smoothedRTT: UInt16 = 0
    /// In microseconds, as a float; ``HeaderOptionFloat/unknown``: not known yet.
    package var leastRTT = HeaderOptionFloat.unknown
    /// In bytes per second, as a float; 0: not known yet.
    package var deliveryRate: UInt16 = 0
    /// Segments sent again since the connection began, the lowest 16 bits.
    package var retransmits: UInt16 = 0
    /// The sender's clock, in microseconds, the lowest 24 bits.
    package var clock: UInt32 = 0
    /// From the option's receiver to its sender, in microseconds, as a float;
    /// ``HeaderOptionFloat/unknown``: not known yet.
    package var queueingDelay = HeaderOptionFloat.unknown

    package init() {}

    /// From after the version and type; `nil` where it is too long or too short.
    init?(_ reader: inout OptionReader) {
        guard reader.rest.count == 15 else { return nil }
        congestionWindow = reader.two()
        smoothedRTT = reader.two()
        leastRTT = reader.two()
        deliveryRate = reader.two()
        retransmits = reader.two()
        clock = UInt32(reader.byte()) << 16 | UInt32(reader.two())
        queueingDelay = reader.two()
    }

    var fields: [UInt8] {
        [congestionWindow, smoothedRTT, leastRTT, deliveryRate, retransmits]
            .flatMap(\.networkOrder) + clock.networkOrder.dropFirst() + queueingDelay.networkOrder
    }
}
