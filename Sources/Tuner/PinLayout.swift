import CTcptuneABI
import SystemPackage

/// Where tcptune's state is pinned: the kernel's objects are the only truth, these are their names.
///
///     v3/maps/{identity,statistics,connections}    shared by all attachments
///     v3/events/{event_control,...}                where listeners to events are entered
///     v3/events/SLOT/                              locked by the listener in that slot
///     v3/cc/NAME/                                  a registered BPF controller
///     v3/attachments/CGROUP-ID/{link,record}       a profile on a cgroup
struct PinLayout {
    /// What holds a directory per ABI version.
    let base: FilePath

    var root: FilePath { base.appending(Self.version) }
    var maps: FilePath { root.appending("maps") }
    var controllers: FilePath { root.appending("cc") }
    var attachments: FilePath { root.appending("attachments") }
    var events: FilePath { root.appending("events") }

    static var version: String { "v\(TT_ABI_VERSION)" }

    func listener(_ slot: Int) -> FilePath { events.appending(String(slot)) }
    func attachment(_ cgroup: UInt64) -> FilePath { attachments.appending(String(cgroup)) }
    func link(_ cgroup: UInt64) -> FilePath { attachment(cgroup).appending("link") }
    func record(_ cgroup: UInt64) -> FilePath { attachment(cgroup).appending("record") }
}
