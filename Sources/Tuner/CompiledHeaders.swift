import CTcptuneABI
import HeaderOptions
import Profiles

/// A profile's header options in the form that the policy program takes.
struct CompiledHeaders {
    /// By `tt_header_option`.
    private(set) var settings = [tt_header_setting](
        repeating: tt_header_setting(), count: Int(TT_HDR_COUNT.rawValue))
    /// In use, a bit per `tt_header_option`.
    private(set) var all: UInt32 = 0
    var isEmpty: Bool { all == 0 }
    /// Of these, those that everyone gets.
    private(set) var anyPeer: UInt32 = 0
    /// Each with every option that an address in it gets, shorter prefixes' included.
    private(set) var peers: [(prefix: IPPrefix, options: UInt64)] = []
    /// What the identity option calls the profile.
    let profileIdentity: UInt32
    /// Tells one profile's raw options, which are negotiated by their place, from another's.
    let rawIdentity: UInt32
    /// Whether the identity has no room in a handshake, and follows after it.
    let identityLater: Bool

    /// The plug-ins among them.
    private(set) var plugins: [Plugin] = []

    /// A raw option whose value a plug-in's program makes.
    struct Plugin {
        let plugin: OptionPlugin
        /// `tt_header_option`.
        let index: UInt32
        /// `tt_header_where`.
        let on: UInt8
    }

    init(_ profile: Profile, _ resolved: ResolvedOptions) {
        profileIdentity = HeaderOption.identity(of: profile.name)
        var raws = 0
        rawIdentity = HeaderOption.identity(
            of: resolved.options.compactMap(\.rawIdentifier?.description)
                .joined(separator: " "))
        identityLater = [.syn, .synack].contains {
            HeaderOptionRoom(of: resolved.options, on: $0).identityFollows
        }
        var prefixes: [IPPrefix: UInt32] = [:]
        for (place, option) in resolved.options.enumerated() {
            var index = option.index
            if index == TT_HDR_RAW.rawValue {
                index += UInt32(raws)
                raws += 1
            }
            settings[Int(index)] = tt_header_setting(option.kind)
            all |= 1 << index
            if let plugin = resolved.plugins[place] {
                settings[Int(index)].value = TT_HDR_RAW_PLUGIN.rawValue
                plugins.append(
                    Plugin(plugin: plugin, index: index, on: settings[Int(index)].on))
            }
            if option.peers.isEmpty { anyPeer |= 1 << index }
            for prefix in option.peers { prefixes[prefix, default: 0] |= 1 << index }
        }
        peers = prefixes.keys.sorted().map { prefix in
            let options = prefixes.reduce(0 as UInt32) {
                $1.key.contains(prefix) ? $0 | $1.value : $0
            }
            return (prefix, UInt64(options))
        }
    }
}

extension HeaderOption {
    /// Its `tt_header_option`; the first for raw ones.
    fileprivate var index: UInt32 {
        switch kind {
        case .telemetry: TT_HDR_TELEMETRY.rawValue
        case .identity: TT_HDR_IDENTITY.rawValue
        case .delayedACK: TT_HDR_DELAYED_ACK.rawValue
        case .userTimeout: TT_HDR_USER_TIMEOUT.rawValue
        case .raw, .plugin: TT_HDR_RAW.rawValue
        }
    }
}

extension HeaderOption {
    fileprivate var rawIdentifier: RawIdentifier? {
        guard case .raw(let id, _, _, _) = kind else { return nil }
        return id
    }
}

extension tt_header_setting {
    fileprivate init(_ kind: HeaderOption.Kind) {
        self.init()
        let handshake = TT_HDR_ON_SYN.rawValue | TT_HDR_ON_SYNACK.rawValue
        switch kind {
        case .telemetry(let every):
            on = UInt8(TT_HDR_ON_DATA.rawValue)
            set(every)
        case .identity(let workload, let profile):
            on = UInt8(handshake)
            value =
                (workload ? TT_HDR_IDENTITY_WORKLOAD.rawValue : 0)
                | (profile ? TT_HDR_IDENTITY_PROFILE.rawValue : 0)
        case .delayedACK(let maximum):
            on = UInt8(handshake)
            value = UInt32(maximum)
        case .userTimeout(let seconds):
            on = UInt8(handshake)
            value = UInt32(seconds)
        case .plugin: preconditionFailure("plug-ins are resolved to raw options")
        case .raw(let id, let bytes, let segments, let every):
            on = UInt8(segments.reduce(0 as UInt32) { $0 | $1.flag })
            set(id, bytes)
            set(every)
        }
    }

    private mutating func set(_ cadence: HeaderOption.Cadence) {
        switch cadence {
        case .roundTrip:
            every = UInt8(TT_HDR_EVERY_RTT.rawValue)
        case .interval(let microseconds):
            every = UInt8(TT_HDR_EVERY_INTERVAL.rawValue)
            interval = UInt32(microseconds)
        case .segments(let count):
            every = UInt8(TT_HDR_EVERY_SEGMENTS.rawValue)
            interval = UInt32(count)
        case .everySegment:
            every = UInt8(TT_HDR_EVERY_SEGMENT.rawValue)
        }
    }

    private mutating func set(_ id: HeaderOption.RawIdentifier, _ value: [UInt8]) {
        var option: [UInt8]
        switch id {
        case .exid(let exid): option = [254, 0, UInt8(exid >> 8), UInt8(exid & 0xff)]
        case .kind(let kind): option = [kind, 0]
        }
        head = UInt8(option.count)
        option += value
        option[1] = UInt8(option.count)
        length = option[1]
        withUnsafeMutableBytes(of: &bytes) { $0.copyBytes(from: option) }
    }
}

extension HeaderOption.Segment {
    fileprivate var flag: UInt32 {
        switch self {
        case .syn: TT_HDR_ON_SYN.rawValue
        case .synack: TT_HDR_ON_SYNACK.rawValue
        case .data: TT_HDR_ON_DATA.rawValue
        case .fin: TT_HDR_ON_FIN.rawValue
        }
    }
}
