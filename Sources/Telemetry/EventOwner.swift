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

/// The owners by their key in the kernel, read again when one isn't known or something has changed.
struct EventOwners {
    private let tuner: Tuner
    private var owners: [UInt64: EventOwner] = [:]
    /// As it was read before: events of connections whose attachment is just gone.
    private var earlier: [UInt64: EventOwner] = [:]
    /// Keys that weren't there when it was read.
    private var unknown: Set<UInt64> = []
    /// The listener's count of changes when it was read; nil: it has to be read.
    private var changes: UInt32?

    init(_ tuner: Tuner) {
        self.tuner = tuner
    }

    /// To be called before some events are looked at.
    mutating func heed(changes now: UInt32) {
        guard now != changes else { return }
        changes = now
        unknown = []
        read()
    }

    mutating func owner(of id: UInt64) -> EventOwner? {
        if let owner = owners[id] ?? earlier[id] { return owner }
        // A change that isn't complete yet.
        if unknown.insert(id).inserted { read() }
        return owners[id]
    }

    private mutating func read() {
        // In the middle of a change it can fail; its end is heeded.
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
