import Host
import SystemPackage
import TestSupport
import Testing

@testable import BPF

/// The fixtures in `Programs`, embedded as the product's programs are.
package enum BPFPrograms {}

/// Everything that changes the kernel, one at a time: controllers have host-wide names.
@Suite(.serialized) struct KernelTests {}

/// A fresh cgroup that the fixture `sockops` counts in.
struct CountedCgroup: ~Copyable {
    let cgroup: TemporaryCgroup
    let object: Object
    let link: Link

    init(setUp: (borrowing Object) throws -> Void = { _ in }) throws {
        try KernelTest.require()
        let cgroup = try TemporaryCgroup()
        var object = try Object(BPFPrograms.sockops)
        try setUp(object)
        try object.load()
        let directory = try cgroup.cgroup.open()
        link = try object.program(named: "count").attach(cgroup: directory.raw)
        self.object = object
        self.cgroup = cgroup
    }

    /// A connection on loopback whose client is in the cgroup.
    func connect() throws -> (client: TCPConnection, server: TCPConnection) {
        try TCPConnection.pair(client: Placement(cgroup: cgroup.path))
    }

    /// How often the program saw an established connection, times its increment.
    func count() throws -> UInt64? {
        // BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB
        try object.map(named: "counts").value(for: UInt32(4))
    }
}

/// A directory for pins, removed with what is in it.
struct TemporaryPins: ~Copyable {
    let directory: PinDirectory
    private let parent: PinDirectory
    private let name: FilePath

    init(_ name: FilePath) throws {
        try KernelTest.require()
        let parent = try PinDirectory(at: "/sys/fs/bpf")
        try parent.makeDirectory(name)
        directory = try PinDirectory(at: parent.root.pushing(name))
        self.parent = parent
        self.name = name
    }

    func path(_ name: String) -> FilePath { directory.root.appending(name) }

    deinit {
        for pin in (try? directory.list()) ?? [] { _ = try? directory.unlink(FilePath(pin)) }
        _ = try? parent.removeDirectory(name)
    }
}

// `#expect` and `#require` take only what can be copied.

func isNil<Value: ~Copyable>(_ value: borrowing Value?) -> Bool {
    switch value {
    case .some: false
    case .none: true
    }
}

func unwrap<Value: ~Copyable>(_ value: consuming Value?) throws -> Value {
    guard let value else { throw TestSupportError("it's nil") }
    return value
}
