import BPF
import Host
import TestSupport
import Testing

@testable import Workshop

extension KernelSuites {
    @Suite struct SmokeTests {
        init() throws {
            try KernelTest.require("clang")
        }

        private func run(
            _ plugin: borrowing Plugin, _ transfers: [SmokeRun.Transfer] = SmokeRun.Transfer.all
        ) throws -> [SmokeRun.Outcome] {
            try plugin.build()
            defer { expectNothingLeft(of: plugin.name) }
            return try SmokeRun(plugin.name, object: try plugin.object(), transfers: transfers)
                .run(Interruption())
        }

        /// No registration, and no connection that still runs it: that would keep its map.
        private func expectNothingLeft(of name: String) {
            #expect(
                (try? Kernel().availableCongestionControls())?.contains(SmokeRun.temporaryName)
                    == false)
            #expect(eventually { !Self.maps().contains(name) })
        }

        private static func maps() -> [String] {
            ((try? Map.ids()) ?? []).compactMap { id -> String? in
                guard let map = try? Map(id: id), map.info.type == .structOps else { return nil }
                return map.name
            }
        }

        @Test func aNewPluginPasses() throws {
            let outcomes = try run(try Plugin("smoke_reno"))
            #expect(outcomes.map(\.failure) == [nil, nil, nil])
            for outcome in outcomes {
                #expect(outcome.received == outcome.transfer.bytes)
                #expect(outcome.clamps == 0)
                // Reno on a link of 10 or 20 Mbit/s.
                #expect((1e6...20e6).contains(outcome.goodput))
            }
            #expect(outcomes[1].retransmits > 0)
        }

        /// A segment per second is what is left of it, and it arrives.
        @Test func theWorstOneDoesntStall() throws {
            let small = SmokeRun.Transfer(
                "small", link: "20Mbit rtt 20ms", bytes: 6_000, limit: 10)
            let outcomes = try run(try Plugin("ruinous", source: Plugin.misbehaving), [small])
            #expect(outcomes[0].failure == nil)
            #expect(outcomes[0].received == 6_000)
            #expect(try #require(outcomes[0].clamps) > 0)
        }

        @Test func withoutTheHeadersClampsAreUnknown() throws {
            let source = """
                #include <tcptune/kernel.h>
                #include <bpf/bpf_tracing.h>

                char raw_license[] SEC("license") = "GPL";

                SEC("struct_ops/raw_cong_avoid")
                void BPF_PROG(raw_cong_avoid, struct sock *sk, u32 ack, u32 acked)
                {
                }

                SEC("struct_ops/raw_ssthresh") u32 BPF_PROG(raw_ssthresh, struct sock *sk)
                {
                    return 2;
                }

                SEC("struct_ops/raw_undo_cwnd") u32 BPF_PROG(raw_undo_cwnd, struct sock *sk)
                {
                    return 2;
                }

                SEC(".struct_ops") struct tcp_congestion_ops raw = {
                    .cong_avoid = (void *)raw_cong_avoid,
                    .ssthresh = (void *)raw_ssthresh,
                    .undo_cwnd = (void *)raw_undo_cwnd,
                    .name = "raw",
                };

                """
            let small = SmokeRun.Transfer("small", link: "20Mbit rtt 20ms", bytes: 100_000)
            let outcomes = try run(try Plugin("raw", source: source), [small])
            #expect(outcomes[0].failure == nil && outcomes[0].clamps == nil)
        }

        @Test func tooSlowIsAFailure() throws {
            let large = SmokeRun.Transfer(
                "large", link: "20Mbit rtt 20ms", bytes: 2_000_000, limit: 1)
            let outcomes = try run(try Plugin("ruinous", source: Plugin.misbehaving), [large])
            #expect(outcomes[0].failure?.contains("of 2000000 bytes came within 1 s") == true)
            #expect(outcomes[0].received < 2_000_000)
        }

        @Test func oneThatCantBeLoadedIsntRegistered() throws {
            let source = """
                #include <tcptune/cc.h>

                TCPTUNE_CALLBACK(u32, endless_ssthresh, struct sock *sk)
                {
                    while (tcp_sk(sk)->snd_cwnd)
                        ;
                    return 2;
                }

                TCPTUNE_CALLBACK(u32, endless_undo_cwnd, struct sock *sk)
                {
                    return 2;
                }

                TCPTUNE_CONTROLLER(endless,
                           .ssthresh = (void *)endless_ssthresh,
                           .undo_cwnd = (void *)endless_undo_cwnd);

                """
            let error = #expect(throws: WorkshopError.self) {
                _ = try run(try Plugin("endless", source: source))
            }
            #expect(error?.reason.contains("infinite loop") == true)
        }
    }
}
