import Testing

@testable import BPF

@Suite struct VerifierLogTests {
    @Test func theReasonIsTheLastLineThatIsNoBookkeeping() {
        let log = """
            libbpf: prog 'careless': BPF program load failed: Permission denied
            libbpf: prog 'careless': -- BEGIN PROG LOAD LOG --
            reg type unsupported for arg#0 function careless#5
            0: R1=ctx(off=0,imm=0) R10=fp0
            ; __u32 key = 0;
            0: (b7) r1 = 0                        ; R1_w=0
            6: (79) r0 = *(u64 *)(r0 +0)
            R0 invalid mem access 'map_value_or_null'
            verification time 62 usec
            stack depth 4
            processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0
            -- END PROG LOAD LOG --
            libbpf: failed to load program 'careless'
            libbpf: failed to load object 'rejected'
            """
        #expect(tellingLine(ofLog: log) == "R0 invalid mem access 'map_value_or_null'")
    }

    @Test(arguments: [
        ("R1 type=scalar expected=fp, pkt, pkt_meta", true), ("R2=scalar() R10=fp0", false),
        ("back-edge from insn 4 to 2", true), ("from 5 to 7: R0=0", false),
        ("BPF program is too large. Processed 1000001 insn", true),
        ("last_idx 3 first_idx 0", false), ("infinite loop detected at insn 3", true),
        ("old state: R1=trusted_ptr_tcp_sock() R10=fp0", false),
        ("math between ctx pointer and 4294967295 is not allowed", true),
        ("12: (85) call bpf_get_current_task_btf#158", false),
    ])
    func tellsReasonsFromBookkeeping(line: String, isReason: Bool) {
        let log = "-- BEGIN PROG LOAD LOG --\nfirst reason\n\(line)\n-- END PROG LOAD LOG --"
        #expect(tellingLine(ofLog: log) == (isReason ? line : "first reason"))
    }

    @Test func theLastSourceLineSaysWhere() {
        let log = """
            ; if (a) @ mine.bpf.c:3
            0: (05) goto pc-1
            ; while (a @ b) @ mine.bpf.c:5
            infinite loop detected at insn 3
            """
        #expect(place(inLog: log) == "mine.bpf.c:5")
        #expect(place(inLog: "; u32 key = 0;\n0: (b7) r1 = 0") == nil)
    }

    @Test func withoutAVerdictItIsTheFirstRemark() {
        let log =
            "libbpf: map 'counts': failed to create: E2BIG\nlibbpf: failed to load object 'x'\n"
        #expect(tellingLine(ofLog: log) == "map 'counts': failed to create: E2BIG")
        #expect(tellingLine(ofLog: "") == nil)
    }

    @Test func anErrorIsOneLine() {
        let error = BPFError(
            errno: 1, otherwise: .io, what: "pin the map", subject: "/sys/fs/bpf/x")
        #expect(error.code == .permission)
        #expect(
            error.description == "can't pin the map: /sys/fs/bpf/x: Operation not permitted "
                + "(run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)")
        let unsupported = BPFError(errno: 524, otherwise: .io, what: "read", subject: "x")
        #expect(unsupported.code == .notSupported)
        #expect(unsupported.description == "can't read: x: not supported by this kernel")
    }
}
