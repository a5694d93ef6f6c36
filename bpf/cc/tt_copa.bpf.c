// SPDX-License-Identifier: GPL-2.0
/*
 * Copa (Arun and Balakrishnan, "Copa: Practical Delay-Based Congestion Control for the Internet",
 * NSDI 2018; section numbers are that paper's): moves cwnd towards the rate 1 / (delta * queueing
 * delay), and behaves like a loss-based flow beside others that keep the queue full.
 */
#include <tcptune/cc.h>

TCPTUNE_PARAMETER(u32, delta_permille, 500, 4, 4000,
		  "Weight of delay against throughput: some 1 / delta segments of each flow "
		  "are in the queue (section 2)");
TCPTUNE_PARAMETER(u32, competitive, 1, 0, 1,
		  "1: delta adapts where others keep the queue full (section 2.2)");
TCPTUNE_PARAMETER(u32, min_rtt_window_ms, 10000, 100, 600000,
		  "RTTmin is the least of that long (section 2)");
TCPTUNE_PARAMETER(u32, loss_limit_permille, 100, 1, 1000,
		  "A window of which more is lost halves cwnd, whatever the delay says");

#define MIN_CWND 2u
#define TCP_INFINITE_SSTHRESH 0x7fffffffu
#define VELOCITY_MAX (1u << 16)

/* The extreme of a window that moves in two halves. */
struct extreme {
	u32 began_us; /* the later half */
	TCPTUNE_FIELD("Of the later half; 0: none yet")
	u32 current_us;
	TCPTUNE_FIELD("Of the earlier half")
	u32 previous_us;
};

struct tt_copa {
	s64 credit; /* thousandths of a segment, times cwnd */
	TCPTUNE_FIELD("RTTstanding: the least RTT of half a smoothed one (section 2)")
	struct extreme standing;
	TCPTUNE_FIELD("RTTmin (section 2)")
	struct extreme least;
	TCPTUNE_FIELD("RTTmax: the largest RTT of the last four (section 2.2)")
	struct extreme most;
	u32 delivered; /* segments, at the latest ACK */
	TCPTUNE_FIELD("1 / delta, thousandths: larger, the more aggressive (section 2.2)")
	u32 inverse_delta_permille;
	TCPTUNE_FIELD("v: cwnd moves by v / delta segments per RTT (section 2.1)")
	u32 velocity;
	u32 last_empty_us; /* when the queue was nearly empty */
	TCPTUNE_FIELD("Sequence number at which the round ends; 0: none yet")
	u32 round_end;
	TCPTUNE_FIELD("cwnd as the round began, segments")
	u32 round_cwnd;
	u32 round_delivered;
	u32 round_lost;
	TCPTUNE_FIELD("Rounds that cwnd has moved one way; from 3 on v doubles")
	u8 same_direction;
	TCPTUNE_FIELD("That way was up")
	bool up;
	TCPTUNE_FIELD("Competitive mode: others keep the queue full (section 2.2)")
	bool competing;
};
TCPTUNE_STATE(struct tt_copa);

static __always_inline u32 slide(struct extreme *e, u32 rtt_us, u32 now_us, u32 window_us,
				 bool most)
{
	u32 half_us = window_us / 2;
	u32 age_us = now_us - e->began_us;

	if (!e->current_us || age_us > half_us) {
		e->previous_us = e->current_us && age_us <= window_us ? e->current_us : rtt_us;
		e->current_us = rtt_us;
		e->began_us = now_us;
	} else if (most ? rtt_us > e->current_us : rtt_us < e->current_us) {
		e->current_us = rtt_us;
	}
	return most ? max(e->current_us, e->previous_us) : min(e->current_us, e->previous_us);
}

static __always_inline u32 default_inverse_delta(void)
{
	return 1000000 / delta_permille;
}

static __always_inline void pace(struct sock *sk, u32 rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);

	/* Twice cwnd / RTT, so that cwnd is what limits (section 2.1). */
	if (rtt_us)
		tcptune_set_pacing_rate(sk, 2000000ull * tp->snd_cwnd * tp->mss_cache / rtt_us);
}

static __always_inline void begin_round(struct tt_copa *ca, struct tcp_sock *tp)
{
	ca->round_end = tp->snd_nxt;
	ca->round_cwnd = tp->snd_cwnd;
	ca->round_delivered = tp->delivered;
	ca->round_lost = tp->lost;
}

TCPTUNE_CALLBACK(void, tt_copa_init, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_copa *ca = tcptune_state(sk, struct tt_copa);

	ca->inverse_delta_permille = default_inverse_delta();
	ca->velocity = 1;
	ca->last_empty_us = tp->tcp_mstamp;
	ca->delivered = tp->delivered;
	tcptune_start_pacing(sk);
	pace(sk, tcptune_srtt_us(tp));
}

/* Velocity doubles from the third round in one direction on (section 2.1, step 4). */
static __always_inline void update_velocity(struct tt_copa *ca, struct tcp_sock *tp)
{
	bool up = tp->snd_cwnd > ca->round_cwnd;

	if (up != ca->up || tp->snd_cwnd == ca->round_cwnd) {
		ca->same_direction = 0;
		ca->velocity = 1;
	} else if (++ca->same_direction >= 3) {
		ca->same_direction = 3;
		/* Not beyond a whole window per RTT: twice its rate is what is paced. */
		if ((u64)2 * ca->velocity * ca->inverse_delta_permille <=
		    (u64)tp->snd_cwnd * 1000)
			ca->velocity = min(2 * ca->velocity, VELOCITY_MAX);
	}
	ca->up = up;
}

static __always_inline void end_round(struct tt_copa *ca, struct tcp_sock *tp)
{
	u32 lost = tp->lost - ca->round_lost;
	u32 sent = tp->delivered - ca->round_delivered + lost;

	if (!ca->competing)
		ca->inverse_delta_permille = default_inverse_delta();
	else if (lost) /* as AIMD's cwnd does (section 2.2) */
		ca->inverse_delta_permille = max(ca->inverse_delta_permille / 2, default_inverse_delta());
	else
		ca->inverse_delta_permille = min(ca->inverse_delta_permille + 1000, 100000000u);

	if ((u64)lost * 1000 > (u64)sent * loss_limit_permille) {
		tcptune_lower_cwnd(tp, tp->snd_cwnd / 2, MIN_CWND);
		ca->velocity = 1;
		ca->same_direction = 0;
	} else {
		update_velocity(ca, tp);
	}
}

/* By velocity / (delta * cwnd) for every segment acknowledged (section 2.1, step 3). */
static __always_inline void move_cwnd(struct tt_copa *ca, struct tcp_sock *tp, u32 acked, bool up)
{
	s64 segment = (s64)tp->snd_cwnd * 1000;
	s64 change = (s64)acked * ca->velocity * ca->inverse_delta_permille;
	s64 credit = up ? ca->credit + change : ca->credit - change;

	if (credit >= segment) {
		u64 segments = (u64)credit / (u64)segment;

		credit -= segments * segment;
		tcptune_set_cwnd(tp, tp->snd_cwnd + segments);
	} else if (credit <= -segment) {
		u64 segments = (u64)-credit / (u64)segment;

		credit += segments * segment;
		tcptune_lower_cwnd(tp, segments, MIN_CWND);
	}
	ca->credit = credit;
}

/* Takes nothing but the socket, so that its signature before 6.10 and since doesn't matter. */
TCPTUNE_CALLBACK(void, tt_copa_cong_control, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_copa *ca = tcptune_state(sk, struct tt_copa);
	u32 rtt_us = max(tp->rack.rtt_us, 1u);
	u32 srtt_us = tcptune_srtt_us(tp);
	u32 now_us = tp->tcp_mstamp;
	u32 acked = tp->delivered - ca->delivered;
	u32 cwnd = tp->snd_cwnd;
	u32 standing_us, least_us, most_us, queueing_us;

	if (!acked)
		return;
	ca->delivered = tp->delivered;
	standing_us = slide(&ca->standing, rtt_us, now_us, srtt_us / 2, false);
	least_us = slide(&ca->least, rtt_us, now_us, min_rtt_window_ms * 1000, false);
	most_us = slide(&ca->most, rtt_us, now_us, 4 * srtt_us, true);
	queueing_us = standing_us - min(least_us, standing_us);

	/* Nothing but a flow that fills the queue keeps Copa's from running empty (section 2.2). */
	if ((u64)10 * queueing_us <= most_us - min(least_us, most_us))
		ca->last_empty_us = now_us;
	ca->competing = competitive && now_us - ca->last_empty_us > 5 * srtt_us;

	if (tcptune_round_over(tp, ca->round_end)) {
		if (ca->round_end)
			end_round(ca, tp);
		begin_round(ca, tp);
		cwnd = 0;
	}

	/* cwnd / standing against 1 / (delta * queueing) */
	if ((u64)tp->snd_cwnd * queueing_us * 1000 >
	    (u64)ca->inverse_delta_permille * standing_us) {
		tp->snd_ssthresh = min(tp->snd_ssthresh, tp->snd_cwnd);
		move_cwnd(ca, tp, acked, false);
	} else if (tcptune_is_cwnd_limited(tp)) {
		if (tcptune_in_slow_start(tp))
			tcp_slow_start(tp, acked);
		else
			move_cwnd(ca, tp, acked, true);
	}
	if (cwnd != tp->snd_cwnd) /* or a round has ended: the division isn't for every ACK */
		pace(sk, standing_us);
}

/* A loss alone changes nothing (but delta, and that per round). */
TCPTUNE_CALLBACK(u32, tt_copa_ssthresh, struct sock *sk)
{
	return tcp_sk(sk)->snd_ssthresh;
}

/* After a timeout the path is looked for anew; cwnd is the kernel's, 1. */
TCPTUNE_CALLBACK(void, tt_copa_set_state, struct sock *sk, u8 new_state)
{
	struct tt_copa *ca = tcptune_state(sk, struct tt_copa);

	if (new_state != TCP_CA_Loss)
		return;
	tcp_sk(sk)->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	ca->velocity = 1;
	ca->same_direction = 0;
	ca->credit = 0;
}

TCPTUNE_CALLBACK(u32, tt_copa_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

TCPTUNE_CONTROLLER(tt_copa,
		   .init = (void *)tt_copa_init,
		   .cong_control = (void *)tt_copa_cong_control,
		   .ssthresh = (void *)tt_copa_ssthresh,
		   .set_state = (void *)tt_copa_set_state,
		   .undo_cwnd = (void *)tt_copa_undo_cwnd);
