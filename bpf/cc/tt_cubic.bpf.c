// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC (RFC 9438). Section numbers below are that RFC's.
 *
 * Windows are in segments, with 10 fractional bits where a name ends in q10. Time on the cubic's
 * axis is in ticks of 1/1024 s: cubing it and scaling back takes shifts only.
 */
#include <tcptune/cc.h>
#include <tcptune/hystart.h>

TCPTUNE_PARAMETER(u32, beta_permille, 700, 100, 950,
		  "Multiplicative decrease factor, beta_cubic (RFC 9438, section 4.6)");
TCPTUNE_PARAMETER(u32, c_permille, 400, 10, 8000,
		  "Aggressiveness of the cubic, C in segments per s^3 (RFC 9438, section 5)");
TCPTUNE_PARAMETER(u32, fast_convergence, 1, 0, 1,
		  "1: give way to new flows by remembering a lower W_max "
		  "(RFC 9438, section 4.7)");
TCPTUNE_PARAMETER(u32, reno_friendly, 1, 0, 1,
		  "1: never slower than Reno would be (RFC 9438, section 4.3)");
TCPTUNE_PARAMETER(u32, hystart, 1, 0, 1,
		  "1: leave the first slow start when the RTT rises (HyStart++, RFC 9406)");
TCPTUNE_PARAMETER(u32, abc_limit_segments, 65535, 1, 65535,
		  "Largest growth of cwnd per ACK in slow start (L of RFC 3465)");

#define ONE_Q10 (1u << 10)
#define TICKS_MAX (1u << 20)
#define ELAPSED_MAX_US 1000000000u

/* A stage of congestion avoidance: what a needless reduction gives back (section 4.9). */
struct stage {
	TCPTUNE_FIELD("Where the plateau lies, segments; 0: unknown (sections 4.8, 4.10)")
	u32 w_max;
	TCPTUNE_FIELD("cwnd before the last reduction, segments")
	u32 cwnd_prior;
	TCPTUNE_FIELD("K: seconds from the stage's start to its plateau (section 4.2)")
	u32 k_s_q10;
	TCPTUNE_FIELD("Since the stage's start, less what the application left unused")
	u32 elapsed_us;
	TCPTUNE_FIELD("Reno's window on this path, segments (section 4.3)")
	u32 w_est;
	TCPTUNE_FIELD("What w_est grows by per window; 0: the stage hasn't begun")
	u32 alpha_q10;
};

struct tt_cubic {
	TCPTUNE_FIELD("The stage of congestion avoidance")
	struct stage stage;
	struct stage before_reduction;
	u32 last_ack_us;
	u64 cwnd_credit_q10; /* less than a segment of growth, times cwnd */
	u64 w_est_credit_q10;
	TCPTUNE_FIELD("HyStart++, in the first slow start (RFC 9406)")
	struct tcptune_hystart hystart;
};
TCPTUNE_STATE(struct tt_cubic);

static __always_inline u32 ticks_from_us(u64 us)
{
	return us * 68719 >> 26; /* 1024 / 10^6 */
}

/* The largest root with root^3 <= x, for x < 2^63. */
static __always_inline u32 cube_root(u64 x)
{
	u64 root = 0;

	for (int bit = 20; bit >= 0; bit--) {
		u64 next = root | 1ull << bit;

		if (next * next * next <= x)
			root = next;
	}
	return root;
}

/* W_cubic(t), equation 1: C (t - K)^3 + W_max. */
static __always_inline u64 w_cubic_q10(const struct stage *stage, u32 t_us)
{
	u64 w_max = (u64)stage->w_max << 10;
	s32 offset = ticks_from_us(t_us) - stage->k_s_q10;
	u64 ticks = min(offset < 0 ? -offset : offset, (s32)TICKS_MAX);
	/* 10 bits go in between, so that even the longest stage fits; 67109 / 2^26 is 1 / 1000. */
	u64 permille_q20 = (ticks * ticks >> 10) * ticks * c_permille;
	u64 distance = (permille_q20 >> 16) * 67109 >> 20;

	if (offset >= 0)
		return w_max + distance;
	return w_max > distance ? w_max - distance : 0;
}

/* Sections 4.2 and 4.3. Once per stage: divisions and the root cost nothing here. */
static __always_inline void begin_stage(struct tt_cubic *ca, u32 cwnd)
{
	struct stage *stage = &ca->stage;
	u64 beta = beta_permille;

	if (stage->w_max > cwnd) {
		u64 gap = min(stage->w_max - cwnd, 1u << 23);

		stage->k_s_q10 = cube_root((gap * 1000 << 10) / c_permille << 20);
	} else {
		stage->w_max = cwnd;
		stage->k_s_q10 = 0;
	}
	if (!stage->cwnd_prior)
		stage->cwnd_prior = cwnd;
	stage->elapsed_us = 0;
	stage->w_est = cwnd;
	stage->alpha_q10 = 3 * ONE_Q10 * (1000 - beta) / (1000 + beta);
	ca->cwnd_credit_q10 = 0;
	ca->w_est_credit_q10 = 0;
}

/*
 * Adds gain / window to a window for every segment acknowledged, keeping the fraction. Nearly
 * every ACK ends at the comparison: the division is for those that complete a segment.
 */
static __always_inline u32 grow(u32 window, u64 *credit_q10, u64 gain_q10, u32 acked, u32 cwnd)
{
	u64 segment_q10 = (u64)cwnd << 10;
	u64 credit = *credit_q10 + gain_q10 * acked;

	if (credit >= segment_q10) {
		u64 segments = credit / segment_q10;

		window += segments;
		credit -= segments * segment_q10;
	}
	*credit_q10 = credit;
	return window;
}

static __always_inline u32 congestion_avoidance(struct tt_cubic *ca, u32 cwnd, u32 srtt_us,
						u32 acked)
{
	struct stage *stage = &ca->stage;
	u64 cwnd_q10 = (u64)cwnd << 10;
	u64 target;

	if (reno_friendly) {
		stage->w_est =
			grow(stage->w_est, &ca->w_est_credit_q10, stage->alpha_q10, acked, cwnd);
		if (stage->w_est >= stage->cwnd_prior)
			stage->alpha_q10 = ONE_Q10;
		if (stage->w_est > cwnd &&
		    w_cubic_q10(stage, stage->elapsed_us) < (u64)stage->w_est << 10)
			return stage->w_est;
	}
	/* Sections 4.4 and 4.5: towards where the cubic will be in one RTT, half as much again
	 * at most. */
	target = min(w_cubic_q10(stage, stage->elapsed_us + srtt_us), cwnd_q10 + cwnd_q10 / 2);
	if (target <= cwnd_q10)
		return cwnd;
	return grow(cwnd, &ca->cwnd_credit_q10, target - cwnd_q10, acked, cwnd);
}

TCPTUNE_CALLBACK(void, tt_cubic_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_cubic *ca = tcptune_state(sk, struct tt_cubic);
	u32 now_us = tp->tcp_mstamp;
	u32 since_last_us = now_us - ca->last_ack_us;
	u32 srtt_us;

	ca->last_ack_us = now_us;
	if (!tcptune_is_cwnd_limited(tp))
		return;
	if (tcptune_in_slow_start(tp)) {
		ca->stage.alpha_q10 = 0;
		acked = min(acked, abc_limit_segments);
		if (hystart)
			acked = tcptune_hystart(&ca->hystart, tp, acked);
		acked = tcp_slow_start(tp, acked);
		if (!acked)
			return;
	}
	srtt_us = tcptune_srtt_us(tp);
	if (!ca->stage.alpha_q10)
		begin_stage(ca, tp->snd_cwnd);
	else /* ACKs of a busy path are never an RTT apart: what is more was idle (5.8) */
		ca->stage.elapsed_us =
			min(ca->stage.elapsed_us + min(since_last_us, srtt_us), ELAPSED_MAX_US);
	tcptune_set_cwnd(tp, congestion_avoidance(ca, tp->snd_cwnd, srtt_us, acked));
}

/* Sections 4.6 and 4.7. */
TCPTUNE_CALLBACK(u32, tt_cubic_ssthresh, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_cubic *ca = tcptune_state(sk, struct tt_cubic);
	struct stage *stage = &ca->stage;
	u64 flight = tcptune_flight_size(tp);
	u64 cwnd = tp->snd_cwnd;

	ca->before_reduction = *stage;
	if (fast_convergence && cwnd < stage->w_max)
		stage->w_max = cwnd * (1000 + beta_permille) / 2000;
	else
		stage->w_max = cwnd;
	stage->cwnd_prior = cwnd;
	stage->alpha_q10 = 0;
	return max(flight * beta_permille / 1000, 2ull);
}

/* After a timeout the old plateau says nothing any more (section 4.8). */
TCPTUNE_CALLBACK(void, tt_cubic_set_state, struct sock *sk, u8 new_state)
{
	if (new_state == TCP_CA_Loss)
		tcptune_state(sk, struct tt_cubic)->stage.w_max = 0;
}

/* The reduction wasn't due to a loss (section 4.9); ssthresh is the kernel's to restore. */
TCPTUNE_CALLBACK(u32, tt_cubic_undo_cwnd, struct sock *sk)
{
	struct tt_cubic *ca = tcptune_state(sk, struct tt_cubic);

	ca->stage = ca->before_reduction;
	return tcp_reno_undo_cwnd(sk);
}

TCPTUNE_CONTROLLER(tt_cubic,
		   .cong_avoid = (void *)tt_cubic_cong_avoid,
		   .ssthresh = (void *)tt_cubic_ssthresh,
		   .set_state = (void *)tt_cubic_set_state,
		   .undo_cwnd = (void *)tt_cubic_undo_cwnd);
