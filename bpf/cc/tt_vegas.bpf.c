// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Vegas (Brakmo and Peterson, "TCP Vegas: End to End Congestion Avoidance on a Global
 * Internet", IEEE JSAC 13(8), 1995; section numbers are that paper's): keeps a few segments in
 * the bottleneck's queue, told from how far the rate falls short of what the window would carry
 * without any queue. Fine-grained retransmission (section A) is the kernel's RACK.
 */
#include <tcptune/cc.h>

TCPTUNE_PARAMETER(u32, alpha_segments, 2, 1, 1000,
		  "Fewer segments than that in the queue: cwnd grows by one per RTT "
		  "(alpha, section B)");
TCPTUNE_PARAMETER(u32, beta_segments, 4, 1, 1000,
		  "More segments than that in the queue: cwnd falls by one per RTT "
		  "(beta, section B)");
TCPTUNE_PARAMETER(u32, gamma_segments, 1, 1, 1000,
		  "More segments than that in the queue end slow start (gamma, section C)");
TCPTUNE_PARAMETER(u32, loss_beta_permille, 500, 100, 950,
		  "Share of the data in flight that ssthresh keeps after a loss "
		  "(RFC 5681, equation 4)");

#define MIN_CWND 2u

struct tt_vegas {
	TCPTUNE_FIELD("Sequence number of the distinguished segment; 0: none under way")
	u32 round_end;
	TCPTUNE_FIELD("The sender used its window in this round")
	bool limited;
	TCPTUNE_FIELD("Slow start doesn't grow in this round, so that it can compare")
	bool hold;
};
TCPTUNE_STATE(struct tt_vegas);

/* Diff times BaseRTT, in segments: what of cwnd waits in the queue (section B). */
static __always_inline u32 queued_q10(struct tcp_sock *tp)
{
	u32 base_us = tp->rtt_min.s[0].v;
	u32 rtt_us = tp->rack.rtt_us;

	return rtt_us > base_us ? ((u64)tp->snd_cwnd * (rtt_us - base_us) << 10) / rtt_us : 0;
}

/* The distinguished segment has been acknowledged, and its RTT is the latest one. */
static __always_inline void end_round(struct tt_vegas *ca, struct tcp_sock *tp)
{
	u32 queued = queued_q10(tp);

	if (tcptune_in_slow_start(tp)) { /* section C */
		if (ca->hold && queued > gamma_segments << 10)
			tcptune_lower_cwnd(
				tp, max((s32)((queued >> 10) - alpha_segments), 0), MIN_CWND);
		ca->hold = !ca->hold;
	} else if (queued > beta_segments << 10) {
		tcptune_lower_cwnd(tp, 1, MIN_CWND);
	} else if (queued < alpha_segments << 10 && ca->limited) {
		tcptune_set_cwnd(tp, tp->snd_cwnd + 1);
	}
}

TCPTUNE_CALLBACK(void, tt_vegas_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_vegas *ca = tcptune_state(sk, struct tt_vegas);
	bool limited = tcptune_is_cwnd_limited(tp);

	ca->limited |= limited;
	if (tcptune_round_over(tp, ca->round_end)) {
		if (ca->round_end)
			end_round(ca, tp);
		ca->round_end = tp->snd_nxt;
		ca->limited = false;
	}
	if (limited && !ca->hold && tcptune_in_slow_start(tp))
		tcp_slow_start(tp, acked);
}

TCPTUNE_CALLBACK(u32, tt_vegas_ssthresh, struct sock *sk)
{
	u64 flight = tcptune_flight_size(tcp_sk(sk));

	tcptune_state(sk, struct tt_vegas)->round_end = 0; /* it was sent into the old window */
	return max(flight * loss_beta_permille / 1000, 2ull);
}

TCPTUNE_CALLBACK(u32, tt_vegas_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

TCPTUNE_CONTROLLER(tt_vegas,
		   .cong_avoid = (void *)tt_vegas_cong_avoid,
		   .ssthresh = (void *)tt_vegas_ssthresh,
		   .undo_cwnd = (void *)tt_vegas_undo_cwnd);
