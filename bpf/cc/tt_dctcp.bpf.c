// SPDX-License-Identifier: GPL-2.0
/*
 * DCTCP (RFC 8257). Section numbers below are that RFC's. For networks whose switches mark by a
 * threshold: cwnd falls by as much as the share of marked segments says, not always by half.
 */
#include <tcptune/cc.h>

TCPTUNE_PARAMETER(u32, g_ppm, 62500, 1000, 1000000,
		  "Weight of a window's share of marks in alpha, g, in millionths "
		  "(RFC 8257, sections 3.3 and 4.2)");
TCPTUNE_PARAMETER(u32, initial_alpha_permille, 1000, 0, 1000,
		  "alpha before the first mark is seen (RFC 8257, section 3.3)");
TCPTUNE_PARAMETER(u32, beta_permille, 500, 100, 950,
		  "Share of the data in flight that ssthresh keeps after a loss "
		  "(RFC 5681, equation 4)");

#define ONE_Q20 (1u << 20)

struct tt_dctcp {
	/* The sender's (section 3.3) */
	TCPTUNE_FIELD("Estimated share of marked segments (section 3.3)")
	u32 alpha_q20;
	TCPTUNE_FIELD("Sequence number at which alpha is updated; 0: none yet")
	u32 window_end;
	TCPTUNE_FIELD("Segments delivered when this window began")
	u32 delivered;
	TCPTUNE_FIELD("Of those, marked")
	u32 delivered_ce;
	/* The receiver's (section 3.2) */
	TCPTUNE_FIELD("As receiver: the sequence number up to which ce speaks")
	u32 received;
	TCPTUNE_FIELD("As receiver: the latest segment was marked")
	bool ce;
};
TCPTUNE_STATE(struct tt_dctcp);

static __always_inline bool peer_does_ecn(struct tcp_sock *tp)
{
	return tp->ecn_flags & (TCP_ECN_OK | TCP_ECN_ACCURATE);
}

/*
 * Without feedback nothing may be sent ECT, and only a controller without TCP_CONG_NEEDS_ECN makes
 * the kernel stop that: the connection goes on with the kernel's own Reno.
 */
static __always_inline void fall_back(struct sock *sk)
{
	char reno[] = "reno";

	bpf_setsockopt(sk, SOL_TCP, TCP_CONGESTION, reno, sizeof(reno));
}

static __always_inline void begin_window(struct tt_dctcp *ca, struct tcp_sock *tp)
{
	ca->window_end = tp->snd_nxt;
	ca->delivered = tp->delivered;
	ca->delivered_ce = tp->delivered_ce;
}

TCPTUNE_CALLBACK(void, tt_dctcp_init, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_dctcp *ca = tcptune_state(sk, struct tt_dctcp);

	ca->alpha_q20 = (u64)initial_alpha_permille * ONE_Q20 / 1000;
	ca->received = tp->rcv_nxt;
	if (sk->__sk_common.skc_state != TCP_LISTEN && !peer_does_ecn(tp))
		fall_back(sk);
}

/* alpha = (1 - g) alpha + g M, once per window (section 3.3). */
TCPTUNE_CALLBACK(void, tt_dctcp_in_ack_event, struct sock *sk, u32 flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_dctcp *ca = tcptune_state(sk, struct tt_dctcp);
	u64 delivered, marked_q20;

	if (!tcptune_round_over(tp, ca->window_end))
		return;
	delivered = tp->delivered - ca->delivered;
	if (ca->window_end && delivered) {
		marked_q20 = ((u64)(tp->delivered_ce - ca->delivered_ce) << 20) / delivered;
		ca->alpha_q20 = ((u64)ca->alpha_q20 * (1000000 - g_ppm) +
				 min(marked_q20, (u64)ONE_Q20) * g_ppm) / 1000000;
	}
	begin_window(ca, tp);
	/* The kernel refuses that in init while it is choosing this controller. */
	if (!peer_does_ecn(tp))
		fall_back(sk);
}

TCPTUNE_CALLBACK(void, tt_dctcp_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcptune_is_cwnd_limited(tp))
		return;
	if (tcptune_in_slow_start(tp)) {
		acked = tcp_slow_start(tp, acked);
		if (!acked)
			return;
	}
	tcp_cong_avoid_ai(tp, tp->snd_cwnd, acked);
}

/* What a loss asks for (section 3.5): the same as without DCTCP. */
TCPTUNE_CALLBACK(u32, tt_dctcp_ssthresh, struct sock *sk)
{
	u64 flight = tcptune_flight_size(tcp_sk(sk));

	return max(flight * beta_permille / 1000, 2ull);
}

/*
 * What marks ask for: cwnd (1 - alpha / 2), at most once per window (section 3.3). The
 * kernel has asked for ssthresh and goes down to it in the course of the window.
 */
TCPTUNE_CALLBACK(void, tt_dctcp_set_state, struct sock *sk, u8 new_state)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_dctcp *ca = tcptune_state(sk, struct tt_dctcp);
	u32 cwnd = tp->snd_cwnd;

	if (new_state == TCP_CA_CWR && peer_does_ecn(tp))
		tp->snd_ssthresh = max(cwnd - (u32)((u64)cwnd * ca->alpha_q20 >> 21), 2u);
}

static __always_inline void echo(struct tcp_sock *tp, bool ce)
{
	if (ce)
		tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
	else
		tp->ecn_flags &= ~TCP_ECN_DEMAND_CWR;
}

/*
 * The receiver's half (section 3.2), for every segment that comes in: ECE says whether the
 * acknowledged segments were marked, so a change ends what a delayed ACK may cover.
 */
TCPTUNE_CALLBACK(void, tt_dctcp_cwnd_event, struct sock *sk, enum tcp_ca_event event)
{
	struct inet_connection_sock *icsk = (struct inet_connection_sock *)sk;
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_dctcp *ca = tcptune_state(sk, struct tt_dctcp);
	bool ce = event == CA_EVENT_ECN_IS_CE;

	if (!ce && event != CA_EVENT_ECN_NO_CE)
		return;
	if (ce != ca->ce) {
		if (icsk->icsk_ack.pending & ICSK_ACK_TIMER) {
			echo(tp, ca->ce);
			bpf_tcp_send_ack(tp, ca->received);
		}
		icsk->icsk_ack.pending |= ICSK_ACK_NOW;
	}
	ca->ce = ce;
	ca->received = tp->rcv_nxt;
	echo(tp, ce);
}

TCPTUNE_CALLBACK(u32, tt_dctcp_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

TCPTUNE_CONTROLLER(tt_dctcp,
		   .flags = TCP_CONG_NEEDS_ECN,
		   .init = (void *)tt_dctcp_init,
		   .in_ack_event = (void *)tt_dctcp_in_ack_event,
		   .cong_avoid = (void *)tt_dctcp_cong_avoid,
		   .ssthresh = (void *)tt_dctcp_ssthresh,
		   .set_state = (void *)tt_dctcp_set_state,
		   .cwnd_event = (void *)tt_dctcp_cwnd_event,
		   .undo_cwnd = (void *)tt_dctcp_undo_cwnd);
