extension Scaffold {
    static let manifest = """
        apiVersion: tcptune.dev/v1
        kind: CongestionController
        metadata:
          name: NAME
          description: Additive increase, multiplicative decrease (RFC 5681).

        """

    static let source = #"""
        // SPDX-License-Identifier: GPL-2.0
        /*
         * NAME: a congestion controller to start from. It is the additive increase and
         * multiplicative decrease of RFC 5681: cwnd doubles per round trip up to ssthresh, grows by
         * one segment per round trip beyond it, and falls to a share of the data in flight when a
         * segment is lost. Finding and repairing losses is the kernel's business.
         */
        #include <tcptune/cc.h>

        /* type, name (with its unit), default, lowest, highest, description */
        TCPTUNE_PARAMETER(u32, beta_permille, 500, 100, 950,
                          "Share of the data in flight that ssthresh keeps after a loss "
                          "(RFC 5681, equation 4)");

        /* Called for each ACK that acknowledges something new: how the window grows. */
        TCPTUNE_CALLBACK(void, NAME_cong_avoid, struct sock *sk, u32 ack, u32 acked)
        {
                struct tcp_sock *tp = tcp_sk(sk);

                /* A window that isn't used says nothing about the path. */
                if (!tcptune_is_cwnd_limited(tp))
                        return;
                if (tcptune_in_slow_start(tp)) {
                        acked = tcp_slow_start(tp, acked);
                        if (!acked)
                                return;
                }
                tcp_cong_avoid_ai(tp, tp->snd_cwnd, acked);
        }

        /* Called when a loss is found: the ssthresh to fall to, in segments. */
        TCPTUNE_CALLBACK(u32, NAME_ssthresh, struct sock *sk)
        {
                u64 flight = tcptune_flight_size(tcp_sk(sk));

                return max(flight * beta_permille / 1000, 2ull);
        }

        /* Called when nothing was lost after all: the cwnd to go back to. */
        TCPTUNE_CALLBACK(u32, NAME_undo_cwnd, struct sock *sk)
        {
                return tcp_reno_undo_cwnd(sk);
        }

        TCPTUNE_CONTROLLER(NAME,
                           .cong_avoid = (void *)NAME_cong_avoid,
                           .ssthresh = (void *)NAME_ssthresh,
                           .undo_cwnd = (void *)NAME_undo_cwnd);

        """#

    static let readme = """
        # NAME

        A congestion controller for tcptune. This directory is the whole plug-in: `cc.yaml` says what
        it is, `NAME.bpf.c` is the controller, and `NAME.bpf.o` is what clang makes of it.

            tcptune cc build ./    # compile; again after each change
            tcptune cc check ./    # load it, try it on connections of its own, take it away again
            tcptune cc show ./     # its parameters

        tcptune takes plug-ins only from root: this directory, those above it and all files in it
        belong to root, and nobody else can write to them. Put it (or make it) below
        `/etc/tcptune/cc.d`, and profiles can name it:

            spec:
              congestionControl:
                algorithm: NAME
                parameters: { beta_permille: 700 }

        """
}
