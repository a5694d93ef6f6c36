import BPF
import CTcptuneABI
import CongestionControl
import FoundationEssentials
import HeaderOptions

/// What a policy program is, in a map that lives as long as the program (BPF_PROG_BIND_MAP), so
/// that a link and what is said of it change in the same instant.
struct PolicyRecord: Codable, Equatable {
    var profile: String
    var hash: String
    /// The profile in canonical form.
    var text: String
    /// By index of the settings: the base, then the rules.
    var controllers: [ControllerInstance?]
    /// Preferred controllers that this host can't run, with the reason.
    var passedOver: [String]
    /// What is collected, `tt_collect`.
    var collect: UInt32
    /// Header options, a bit per `tt_header_option`.
    var headers: UInt32
    /// The plug-ins among the header options.
    var optionPlugins: [OptionPluginRecord]
    /// Seconds since 1970.
    var loadedAt: UInt64

    static let mapName = "tt_profile"

    /// Whether a program loaded for one serves the other as well.
    func isEquivalent(to other: PolicyRecord) -> Bool {
        var other = other
        other.loadedAt = loadedAt
        return self == other
    }
}

/// A plug-in's header option in a profile.
package struct OptionPluginRecord: Codable, Equatable, Sendable {
    package let name: String
    /// Which version of it.
    package let digest: String
    /// Its place among the raw options.
    package let slot: Int
    /// What can be shown of its value.
    package let fields: [OptionField]

    init(_ plugin: CompiledHeaders.Plugin) {
        name = plugin.plugin.name
        digest = plugin.plugin.digest
        slot = Int(plugin.index - TT_HDR_RAW.rawValue)
        fields = plugin.plugin.manifest.fields
    }
}

/// What an attachment is, pinned beside its link.
struct AttachmentRecord: Codable {
    /// Its key in the statistics; never used again on this boot.
    var attachment: UInt64
    /// Below the cgroup2 mount, when it was attached.
    var cgroup: String
    /// The pod that it was attached to; nil: it was attached to the cgroup as such.
    var pod: String?
    /// Seconds since 1970.
    var attachedAt: UInt64

    /// What peers are told.
    var workload: String { pod ?? cgroup }

    static let mapName = "tt_attachment"
}

/// A record as the single value of an array map: JSON, filled up with zeros.
extension Map {
    static func holding(_ record: some Encodable, name: String) throws(BPFError) -> Map {
        guard var bytes = try? [UInt8](JSONEncoder().encode(record)) else {
            throw BPFError(.invalidArgument, what: "encode", subject: name)
        }
        // Sizes of a power of two leave room for a later change of the record.
        let size = max(256, 1 << (Int.bitWidth - (bytes.count - 1).leadingZeroBitCount))
        bytes += Array(repeating: 0, count: size - bytes.count)
        let map = try Map(
            Map.Parameters(
                type: .array, keySize: 4, valueSize: size, maxEntries: 1, name: name))
        try map.store(bytes, at: [0, 0, 0, 0])
        return map
    }

    func record<R: Decodable>(of type: R.Type) throws(BPFError) -> R {
        guard let bytes = try load(at: [0, 0, 0, 0]),
            let record = try? JSONDecoder().decode(type, from: Data(bytes.prefix { $0 != 0 }))
        else {
            throw BPFError(
                .badFormat, what: "read the record", subject: name,
                hint: "it was written by another version: detach with that one")
        }
        return record
    }
}
