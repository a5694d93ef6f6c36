import Profiles
import Tuner

/// Whose connections events are about, and what there is to know of the profile.
struct EventOwner {
    let attachment: Attachment
    /// The rules that choose a controller, from 1; 0: the base.
    private let choosers: Set<Int>

    init(_ attachment: Attachment) {
        self.attachment = attachment
        // Written by this program: it is understood, unless a newer one did.
        let profile = try? ProfileParser.parse(attachment.profileText, file: attachment.profile)
        var choosers: Set<Int> = profile?.congestionControl == nil ? [] : [0]
        for (index, rule) in (profile?.rules ?? []).enumerated()
        where rule.congestionControl != nil {
            choosers.insert(index + 1)
        }
        self.choosers = choosers
    }

    func source(rule: Int) -> Event.ControllerSource {
        if rule > 0, choosers.contains(rule) { return .rule }
        return choosers.contains(0) ? .base : .host
    }
}

/// The owners by their key in the kernel, read again when one isn't known and every few seconds: a
/// cgroup can get another profile.
struct EventOwners {
    private let tuner: Tuner
    private var owners: [UInt64: EventOwner] = [:]
    /// As it was read before: events of connections whose attachment is just gone.
    private var earlier: [UInt64: EventOwner] = [:]
    /// CLOCK_MONOTONIC, ns.
    private var readAt: UInt64 = 0
    /// Keys that weren't there when it was read.
    private var unknown: Set<UInt64> = []

    init(_ tuner: Tuner) {
        self.tuner = tuner
    }

    /// How long what was read is taken for true, ns.
    private static let lifetime: UInt64 = 2_000_000_000

    /// - Parameter time: the event's, CLOCK_MONOTONIC in ns.
    mutating func owner(of id: UInt64, at time: UInt64) -> EventOwner? {
        if time > readAt &+ Self.lifetime {
            unknown = []
            read(at: time)
        } else if owners[id] == nil, unknown.insert(id).inserted {
            read(at: time)
        }
        return owners[id] ?? earlier[id]
    }

    private mutating func read(at time: UInt64) {
        readAt = time
        // A change in the middle of which it is read can make it fail: the next time, then.
        guard let attachments = try? tuner.attachments() else { return }
        earlier = owners
        owners = [:]
        for attachment in attachments {
            let known = earlier[attachment.id]
            owners[attachment.id] =
                known?.attachment.programID == attachment.programID ? known : EventOwner(attachment)
        }
    }
}
