/// What one end of a connection offers, in the handshake.
package struct HelloOption: Sendable, Equatable {
    /// Whether it understands telemetry.
    package var telemetry = false
    /// Whether this SYN-ACK was made by a SYN cookie: the hello has to be sent again.
    package var isByCookie = false
    /// The longest it delays an acknowledgement, in tenths of a millisecond.
    package var maximumACKDelay: UInt16?
    /// Who it is; `nil`: not told.
    package var identity: Identity?

    /// 32 bits of a name's hash each; 0: not told.
    package struct Identity: Sendable, Equatable {
        package var workload: UInt32
        package var profile: UInt32

        package init(workload: UInt32 = 0, profile: UInt32 = 0) {
            self.workload = workload
            self.profile = profile
        }
    }

    package init(
        telemetry: Bool = false, isByCookie: Bool = false, maximumACKDelay: UInt16? = nil,
        identity: Identity? = nil
    ) {
        self.telemetry = telemetry
        self.isByCookie = isByCookie
        self.maximumACKDelay = maximumACKDelay
        self.identity = identity
    }

    private enum Flag {
        static let telemetry: UInt8 = 0x01
        static let delay: UInt8 = 0x02
        static let identity: UInt8 = 0x04
        static let cookie: UInt8 = 0x08
    }

    /// From after the version and type; `nil` where the length isn't what the flags say.
    init?(_ reader: inout OptionReader) {
        guard !reader.rest.isEmpty else { return nil }
        let flags = reader.byte()
        let hasDelay = flags & Flag.delay != 0
        let hasIdentity = flags & Flag.identity != 0
        guard reader.rest.count == (hasDelay ? 2 : 0) + (hasIdentity ? 8 : 0) else { return nil }
        telemetry = flags & Flag.telemetry != 0
        isByCookie = flags & Flag.cookie != 0
        if hasDelay { maximumACKDelay = reader.two() }
        if hasIdentity { identity = Identity(workload: reader.four(), profile: reader.four()) }
    }

    var fields: [UInt8] {
        var flags: UInt8 = 0
        if telemetry { flags |= Flag.telemetry }
        if maximumACKDelay != nil { flags |= Flag.delay }
        if identity != nil { flags |= Flag.identity }
        if isByCookie { flags |= Flag.cookie }
        return [flags] + (maximumACKDelay?.networkOrder ?? [])
            + (identity.map { $0.workload.networkOrder + $0.profile.networkOrder } ?? [])
    }
}
