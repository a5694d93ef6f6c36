// SPDX-License-Identifier: GPL-2.0
/*
 * LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus; section numbers are those of that draft): for
 * traffic that may wait. It takes what others leave, by keeping the queueing delay at a target
 * that loss-based traffic exceeds, and lets the queue run empty from time to time, so that it
 * learns the path's base delay and leaves room for those that come later.
 */
#include <tcptune/cc.h>

TCPTUNE_PARAMETER(u32, target_us, 60000, 1000, 1000000,
		  "Queueing delay that it keeps when alone (section 4.5)");
TCPTUNE_PARAMETER(u32, gain_divisor_limit, 16, 1, 256,
		  "cwnd grows by 1 / min(this, ceil(2 * target / base delay)) of what Reno's would "
		  "(section 4.2)");
TCPTUNE_PARAMETER(u32, decrease_permille, 1000, 100, 10000,
		  "How fast cwnd falls above the target: the constant of section 4.3");
TCPTUNE_PARAMETER(u32, slowdown_factor, 9, 1, 1000,
		  "From one slowdown's end to the next one, in durations of it (section 4.4)");
TCPTUNE_PARAMETER(u32, loss_beta_permille, 500, 100, 950,
		  "Share of the data in flight that ssthresh keeps after a loss "
		  "(RFC 5681, equation 4)");

#define ONE_Q10 (1 << 10)
#define MIN_CWND 2u
#define FREEZE_ROUNDS 2
#define EARLIER_RTTS 3 /* and the latest one: four (section 4.5) */
#define TCP_INFINITE_SSTHRESH 0x7fffffffu

struct tt_ledbatpp {
	TCPTUNE_FIELD("When the slowdown began, on TCP's clock; 0: none under way (section 4.4)")
	u64 slowdown_began_us;
	TCPTUNE_FIELD("When the next one begins; 0: the first slow start isn't over")
	u64 next_slowdown_us;
	s64 credit_q10;	    /* less than a segment of change, times cwnd */
	u32 per_excess_q32; /* decrease_permille / 1000 / target_us */
	TCPTUNE_FIELD("RTTs before the latest, latest first; 0: none yet (section 4.5)")
	u32 earlier_us[EARLIER_RTTS];
	TCPTUNE_FIELD("Base delay that the gain is made for; 0: none yet")
	u32 base_us;
	TCPTUNE_FIELD("Sequence number at which the frozen round ends")
	u32 round_end;
	TCPTUNE_FIELD("1 / GAIN (section 4.2)")
	u16 gain_divisor;
	u16 growth; /* in slow start, less than gain_divisor segments acknowledged */
	TCPTUNE_FIELD("Rounds that a slowdown still holds cwnd at 2")
	u8 frozen_rounds;
};
TCPTUNE_STATE(struct tt_ledbatpp);

TCPTUNE_CALLBACK(void, tt_ledbatpp_init, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->data_segs_out) /* else an open connection is being moved here */
		tcptune_set_cwnd(tp, min(tp->snd_cwnd, MIN_CWND)); /* section 4.1 */
}

/* The queueing delay: the least of the latest RTTs, since some ACKs come late, less the base. */
static __always_inline u32 queueing_delay_us(struct tt_ledbatpp *ca, struct tcp_sock *tp)
{
	u32 rtt_us = tp->rack.rtt_us;

	for (int i = EARLIER_RTTS - 1; i >= 0; i--) {
		u32 earlier_us = ca->earlier_us[i];

		ca->earlier_us[i] = i ? ca->earlier_us[i - 1] : tp->rack.rtt_us;
		if (earlier_us && earlier_us < rtt_us)
			rtt_us = earlier_us;
	}
	return rtt_us > ca->base_us ? rtt_us - ca->base_us : 0;
}

/* 1 / GAIN (section 4.2): the shorter the path, the slower beside Reno. Once per base delay, so
 * that ACKs need no division. */
static __always_inline void update_gain(struct tt_ledbatpp *ca, u32 base_us)
{
	if (base_us == ca->base_us && ca->gain_divisor)
		return;
	base_us = max(base_us, 1u);
	ca->base_us = base_us;
	ca->gain_divisor = min((2 * target_us + base_us - 1) / base_us, gain_divisor_limit);
	ca->per_excess_q32 = ((u64)decrease_permille << 32) / ((u64)target_us * 1000);
}

/* Section 4.4: ssthresh remembers where to come back to. */
static __always_inline void begin_slowdown(struct tt_ledbatpp *ca, struct tcp_sock *tp)
{
	ca->slowdown_began_us = tp->tcp_mstamp;
	ca->frozen_rounds = FREEZE_ROUNDS;
	ca->round_end = tp->snd_nxt;
	ca->growth = 0;
	tp->snd_ssthresh = max(tp->snd_cwnd, MIN_CWND);
	tcptune_set_cwnd(tp, MIN_CWND);
}

/* It shall take a tenth of the time at most. */
static __always_inline void end_slowdown(struct tt_ledbatpp *ca, u64 now_us)
{
	ca->next_slowdown_us = now_us + slowdown_factor * (now_us - ca->slowdown_began_us);
	ca->slowdown_began_us = 0;
	ca->credit_q10 = 0;
}

static __always_inline void slow_start(struct tt_ledbatpp *ca, struct tcp_sock *tp, u32 acked)
{
	u32 growth = ca->growth + acked;

	if (growth >= ca->gain_divisor) {
		tcptune_set_cwnd(tp, min(tp->snd_cwnd + growth / ca->gain_divisor,
					 tp->snd_ssthresh));
		growth %= ca->gain_divisor;
	}
	ca->growth = growth;
}

/* Sections 4.2 and 4.3, a part for each segment acknowledged. */
static __always_inline void congestion_avoidance(struct tt_ledbatpp *ca, struct tcp_sock *tp,
						 u32 delay_us, u32 acked)
{
	s64 cwnd_q10 = (s64)tp->snd_cwnd << 10;
	s64 change_q10 = ONE_Q10 / ca->gain_divisor;
	s64 credit_q10;

	if (delay_us > target_us) {
		u64 share_q10 = (u64)(delay_us - target_us) * ca->per_excess_q32 >> 22;

		change_q10 -= tp->snd_cwnd * min(share_q10, (u64)ONE_Q10);
		change_q10 = max(change_q10, -cwnd_q10 / 2);
	}
	credit_q10 = ca->credit_q10 + change_q10 * acked;
	if (credit_q10 >= cwnd_q10) {
		credit_q10 -= cwnd_q10;
		tcptune_set_cwnd(tp, tp->snd_cwnd + 1);
	} else if (credit_q10 <= -cwnd_q10) {
		u64 segments = (u64)-credit_q10 / (u64)cwnd_q10;

		credit_q10 += segments * cwnd_q10;
		tcptune_lower_cwnd(tp, segments, MIN_CWND);
	}
	ca->credit_q10 = credit_q10;
}

TCPTUNE_CALLBACK(void, tt_ledbatpp_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_ledbatpp *ca = tcptune_state(sk, struct tt_ledbatpp);
	u64 now_us = tp->tcp_mstamp;
	u32 delay_us;

	update_gain(ca, tp->rtt_min.s[0].v);
	delay_us = queueing_delay_us(ca, tp);
	if (ca->frozen_rounds) {
		if (tcptune_round_over(tp, ca->round_end)) {
			ca->frozen_rounds--;
			ca->round_end = tp->snd_nxt;
		}
		return;
	}
	if (tcptune_in_slow_start(tp)) {
		/* Only the first time it isn't known yet what the path carries (section 4.1). */
		if (tp->snd_ssthresh >= TCP_INFINITE_SSTHRESH && delay_us > target_us / 4 * 3)
			tp->snd_ssthresh = tp->snd_cwnd;
		else if (tcptune_is_cwnd_limited(tp))
			slow_start(ca, tp, acked);
		return;
	}
	if (ca->slowdown_began_us)
		end_slowdown(ca, now_us);
	if (!ca->next_slowdown_us)
		ca->next_slowdown_us = now_us + 2 * tcptune_srtt_us(tp);
	if (delay_us <= target_us && !tcptune_is_cwnd_limited(tp))
		return;
	if (now_us >= ca->next_slowdown_us)
		begin_slowdown(ca, tp);
	else
		congestion_avoidance(ca, tp, delay_us, acked);
}

TCPTUNE_CALLBACK(u32, tt_ledbatpp_ssthresh, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 window = tcptune_flight_size(tp);

	/* What is lost in a slowdown was mostly sent before it. */
	if (tcptune_state(sk, struct tt_ledbatpp)->slowdown_began_us)
		window = tp->snd_ssthresh;
	return max(window * loss_beta_permille / 1000, (u64)MIN_CWND);
}

TCPTUNE_CALLBACK(u32, tt_ledbatpp_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

TCPTUNE_CONTROLLER(tt_ledbatpp,
		   .init = (void *)tt_ledbatpp_init,
		   .cong_avoid = (void *)tt_ledbatpp_cong_avoid,
		   .ssthresh = (void *)tt_ledbatpp_ssthresh,
		   .undo_cwnd = (void *)tt_ledbatpp_undo_cwnd);
