import Glibc
import Host
import SystemPackage
import TestSupport

@testable import Workshop

/// A plug-in of the tests' own: a directory that is root's alone, removed with the value.
struct Plugin: ~Copyable {
    let name: String
    private let parent: TemporaryDirectory

    var directory: FilePath { parent.path.appending(name) }

    /// As `tcptune cc new` makes it, with another source.
    init(_ name: String, source: String? = nil) throws {
        // Not /tmp, which belongs to all.
        let parent = try TemporaryDirectory(below: "/run")
        try Scaffold(name, in: parent.path, taken: []).make()
        if let source {
            try AtomicFile.write(
                Array(source.utf8), to: parent.path.appending("\(name)/\(name).bpf.c"))
        }
        self.name = name
        self.parent = parent
    }

    func build() throws {
        try Compiler(try Clang.find(in: Clang.searchPath)).build(
            directory.appending("\(name).bpf.c"), to: directory.appending("\(name).bpf.o"))
    }

    func object() throws -> [UInt8] {
        let file = try OwnedDescriptor.open(
            directory.appending("\(name).bpf.o"), what: "cannot read the object")
        let size = Int(try file.raw.seek(offset: 0, from: .end))
        return try [UInt8](unsafeUninitializedCapacity: size) { space, count in
            count = try file.raw.read(
                fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(space))
        }
    }

    /// One that does everything wrong that a callback can.
    static let misbehaving = """
        #include <tcptune/cc.h>

        static __always_inline void ruin(struct sock *sk)
        {
            tcp_sk(sk)->snd_cwnd = 0;
            sk->sk_pacing_rate = 0;
        }

        TCPTUNE_CALLBACK(void, ruinous_init, struct sock *sk)
        {
            tcptune_start_pacing(sk);
            ruin(sk);
        }

        TCPTUNE_CALLBACK(void, ruinous_cong_avoid, struct sock *sk, u32 ack, u32 acked)
        {
            ruin(sk);
        }

        TCPTUNE_CALLBACK(u32, ruinous_ssthresh, struct sock *sk)
        {
            ruin(sk);
            return 0;
        }

        TCPTUNE_CALLBACK(u32, ruinous_undo_cwnd, struct sock *sk)
        {
            ruin(sk);
            return 0;
        }

        TCPTUNE_CONTROLLER(ruinous,
                   .init = (void *)ruinous_init,
                   .cong_avoid = (void *)ruinous_cong_avoid,
                   .ssthresh = (void *)ruinous_ssthresh,
                   .undo_cwnd = (void *)ruinous_undo_cwnd);

        """
}
