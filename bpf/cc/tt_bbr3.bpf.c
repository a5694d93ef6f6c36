// SPDX-License-Identifier: GPL-2.0
/*
 * BBRv3 (draft-ietf-ccwg-bbr-06). Section numbers below are that draft's, and so are the names.
 *
 * Data is counted in segments, time in us, bandwidth in segments per us with 24 fractional bits
 * (_q24). On a kernel before 6.10 or after, pacing is TCP's own: no fq is needed.
 */
#include <tcptune/cc.h>

TCPTUNE_PARAMETER(u32, startup_pacing_gain_permille, 2773, 1500, 4000,
		  "StartupPacingGain: 4 ln 2 doubles the rate each round (section 5.3.1)");
TCPTUNE_PARAMETER(u32, drain_pacing_gain_permille, 500, 100, 950,
		  "DrainPacingGain: how slowly the queue of Startup is drained (section 5.3.2)");
TCPTUNE_PARAMETER(u32, up_pacing_gain_permille, 1250, 1010, 2000,
		  "Pacing gain of ProbeBW_UP (section 5.3.3)");
TCPTUNE_PARAMETER(u32, down_pacing_gain_permille, 900, 500, 990,
		  "Pacing gain of ProbeBW_DOWN (section 5.3.3)");
TCPTUNE_PARAMETER(u32, cwnd_gain_permille, 2000, 1100, 4000,
		  "DefaultCwndGain: cwnd in BDPs (section 2.6)");
TCPTUNE_PARAMETER(u32, up_cwnd_gain_permille, 2250, 1100, 4000,
		  "cwnd in BDPs while in ProbeBW_UP (section 5.3.3)");
TCPTUNE_PARAMETER(u32, probe_rtt_cwnd_gain_permille, 500, 100, 1000,
		  "ProbeRTTCwndGain: cwnd in BDPs while in ProbeRTT (section 5.3.4)");
TCPTUNE_PARAMETER(u32, pacing_margin_permille, 10, 0, 100,
		  "PacingMarginPercent: paces by so much below the bandwidth (section 5.6.2)");
TCPTUNE_PARAMETER(u32, loss_threshold_permille, 20, 1, 200,
		  "LossThresh: the most loss in a round trip while probing (section 2.8)");
TCPTUNE_PARAMETER(u32, beta_permille, 700, 100, 950,
		  "Beta: the least that is kept in a round trip with losses (section 2.8)");
TCPTUNE_PARAMETER(u32, headroom_permille, 150, 0, 500,
		  "Headroom: the share of inflight_longterm left to others (section 2.8)");
TCPTUNE_PARAMETER(u32, startup_loss_events, 6, 1, 100,
		  "StartupFullLossCnt: losses in a round trip that end Startup (section 5.3.1)");
TCPTUNE_PARAMETER(u32, probe_wait_ms, 2000, 100, 60000,
		  "Least time between two probes for bandwidth (section 5.3.3)");
TCPTUNE_PARAMETER(u32, probe_wait_random_ms, 1000, 1, 60000,
		  "What chance adds to that at most (section 5.3.3)");
TCPTUNE_PARAMETER(u32, probe_wait_rounds, 63, 1, 1000,
		  "Most round trips between two probes, for the sake of Reno (section 5.3.3)");
TCPTUNE_PARAMETER(u32, min_rtt_window_ms, 10000, 1000, 600000,
		  "MinRTTFilterLen: how long min_rtt is believed (section 2.16)");
TCPTUNE_PARAMETER(u32, probe_rtt_interval_ms, 5000, 1000, 600000,
		  "ProbeRTTInterval: time between two probes for min_rtt (section 2.16)");
TCPTUNE_PARAMETER(u32, probe_rtt_duration_ms, 200, 1, 1000,
		  "ProbeRTTDuration: what such a probe takes at least (section 2.16)");

#define INFINITE (~0u)
#define BW_MAX_Q24 (INFINITE - 1)
#define MIN_PIPE_CWND 4u
#define FULL_BW_ROUNDS 3
#define EXTRA_ACKED_HALF_WINDOW 5 /* of the 10 rounds of ExtraAckedFilterLen */
#define FLIGHTS 32

enum phase { NONE, STARTUP, DRAIN, PROBE_BW_DOWN, PROBE_BW_CRUISE, PROBE_BW_REFILL, PROBE_BW_UP,
	     PROBE_RTT };

enum ack_phase { ACKS_INIT, ACKS_REFILLING, ACKS_PROBE_STARTING, ACKS_PROBE_FEEDBACK,
		 ACKS_PROBE_STOPPING };

/* Totals when a segment was sent. The kernel keeps them by segment only for `delivered`. */
struct flight {
	u32 delivered;
	u32 lost;
	u32 marked; /* delivered with CE */
	u32 inflight;
};

/* What every ACK touches comes first. Times are those of the clock in us, modulo 2^32. */
struct tt_bbr3 {
	u8 phase;
	u8 ack_phase;
	bool round_start;
	bool loss_round_start;
	bool in_recovery;
	bool is_loss_in_round;
	bool is_bw_probe_sample;
	bool idle_restart;
	bool full_bw_reached;
	bool full_bw_now;
	bool probe_rtt_expired;
	bool has_srtt; /* the initial pacing rate comes from it */
	u16 pacing_gain_permille;
	u16 cwnd_gain_permille;
	u32 lost_seen;
	u32 marked_seen;
	u32 newest_flight;
	u32 acked_flight;
	u32 next_round_delivered;
	u32 loss_round_delivered;
	u32 round_count;
	u32 rounds_since_probe_up;

	/* The model of the path */
	u32 bw_q24; /* what is used: the smaller of max_bw and bw_shortterm */
	u32 max_bw_q24;
	u32 bw_filter_q24[2]; /* the last cycle's maximum, this cycle's */
	u32 bw_latest_q24;
	u32 bw_shortterm_q24;
	u32 inflight_latest;
	u32 inflight_shortterm;
	u32 inflight_longterm;
	u32 bdp_q8; /* bw * min_rtt */
	u32 min_rtt_us;
	u32 min_rtt_stamp_us;
	u32 probe_rtt_min_delay_us;
	u32 probe_rtt_min_stamp_us;
	u32 extra_acked[2]; /* the last half window's maximum, this one's */
	u32 extra_acked_round;
	u32 extra_acked_delivered;
	u32 extra_acked_start_us;
	u32 send_quantum;
	u32 cycle_us;
	u32 bw_probe_wait_us;

	/* Probing */
	u32 full_bw_q24;
	u8 full_bw_count;
	u8 bw_probe_up_rounds;
	u8 loss_events_in_round;
	bool prev_probe_too_high;
	bool prev_probe_precautionary;
	bool probe_rtt_holds; /* inflight is low enough, until: */
	bool probe_rtt_round_done;
	u8 undo_phase;
	u32 probe_rtt_done_us;
	u32 drain_start_round;
	u32 bw_probe_up_acked;
	u32 probe_up_acked_per_inc;

	/* To go back to */
	u32 initial_cwnd;
	u32 prior_cwnd;
	u32 undo_bw_shortterm_q24;
	u32 undo_inflight_shortterm;
	u32 undo_inflight_longterm;

	struct flight flights[FLIGHTS]; /* a sixteenth of a window apart */
};

TCPTUNE_STORAGE(tt_bbr3_state, struct tt_bbr3);

/* The rate sample RS, section 2.3; a CE mark counts as a loss (section 3.7). */
struct sample {
	u32 bw_q24; /* 0: none */
	u32 now_us;
	u32 inflight;
	u32 prior_delivered;
	u32 delivered; /* 0: none */
	u32 lost;
	u32 marked;
	u32 tx_in_flight;
	u32 newly_acked;
	u32 newly_lost;
	bool is_app_limited;
};

/* x * permille / 1000, rounded to 2e-6, for products below 2^47. */
static __always_inline u64 scale(u64 x, u32 permille)
{
	return x * permille * 67109 >> 26;
}

static __always_inline bool is_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static __always_inline bool is_in_probe_bw(const struct tt_bbr3 *bbr)
{
	return bbr->phase >= PROBE_BW_DOWN && bbr->phase <= PROBE_BW_UP;
}

static __always_inline bool is_probing_bw(const struct tt_bbr3 *bbr)
{
	return bbr->phase == STARTUP || bbr->phase == PROBE_BW_REFILL || bbr->phase == PROBE_BW_UP;
}

/* Section 5.6.4.2. */
static __always_inline u32 bdp_q8(const struct tt_bbr3 *bbr, u32 bw_q24)
{
	return min((u64)bw_q24 * bbr->min_rtt_us >> 16, (u64)INFINITE);
}

static __always_inline u32 bdp_multiple(const struct tt_bbr3 *bbr, u32 gain_permille)
{
	if (bbr->min_rtt_us == INFINITE)
		return bbr->initial_cwnd;
	return (scale(bbr->bdp_q8, gain_permille) + 255) >> 8;
}

static __always_inline u32 quantization_budget(const struct tt_bbr3 *bbr, u32 inflight)
{
	inflight = max(max(inflight, 3 * bbr->send_quantum), MIN_PIPE_CWND);
	return bbr->phase == PROBE_BW_UP ? inflight + 2 : inflight;
}

static __always_inline u32 target_inflight(const struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	return min(bdp_multiple(bbr, 1000), tp->snd_cwnd);
}

static __always_inline u32 inflight_with_headroom(const struct tt_bbr3 *bbr)
{
	u32 longterm = bbr->inflight_longterm;

	if (longterm == INFINITE)
		return INFINITE;
	return max(longterm - max((u32)scale(longterm, headroom_permille), 1u), MIN_PIPE_CWND);
}

static __always_inline u32 probe_rtt_cwnd(const struct tt_bbr3 *bbr)
{
	return max(bdp_multiple(bbr, probe_rtt_cwnd_gain_permille), MIN_PIPE_CWND);
}

static __always_inline void start_round(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	bbr->next_round_delivered = tp->delivered;
}

static __always_inline void reset_full_bw(struct tt_bbr3 *bbr, u32 bw_q24)
{
	bbr->full_bw_q24 = bw_q24;
	bbr->full_bw_count = 0;
	bbr->full_bw_now = false;
}

static __always_inline void reset_short_term_model(struct tt_bbr3 *bbr)
{
	bbr->bw_shortterm_q24 = INFINITE;
	bbr->inflight_shortterm = INFINITE;
}

/* Section 5.6.4.4. */
static __always_inline void save_cwnd(struct tt_bbr3 *bbr, struct tcp_sock *tp, bool in_recovery)
{
	if (!in_recovery && bbr->phase != PROBE_RTT)
		bbr->prior_cwnd = tp->snd_cwnd;
	else
		bbr->prior_cwnd = max(bbr->prior_cwnd, tp->snd_cwnd);
}

static __always_inline void restore_cwnd(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	tcptune_set_cwnd(tp, max(tp->snd_cwnd, bbr->prior_cwnd));
}

static __always_inline bool is_in_recovery(struct sock *sk)
{
	struct inet_connection_sock *icsk = (struct inet_connection_sock *)sk;

	return BPF_CORE_READ_BITFIELD(icsk, icsk_ca_state) >= TCP_CA_Recovery;
}

/* Phases: sections 5.3.1 to 5.3.4. */

static __always_inline void enter(struct tt_bbr3 *bbr, enum phase phase, u32 pacing_gain_permille,
				  u32 cwnd_gain)
{
	bbr->phase = phase;
	bbr->pacing_gain_permille = pacing_gain_permille;
	bbr->cwnd_gain_permille = cwnd_gain;
}

static __noinline void enter_startup(struct tt_bbr3 *bbr)
{
	enter(bbr, STARTUP, startup_pacing_gain_permille, cwnd_gain_permille);
}

static __always_inline void enter_drain(struct tt_bbr3 *bbr)
{
	enter(bbr, DRAIN, drain_pacing_gain_permille, cwnd_gain_permille);
	bbr->drain_start_round = bbr->round_count;
}

static __noinline void start_probe_bw_down(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	u64 chance = bpf_get_prandom_u32();

	bbr->is_loss_in_round = false;
	bbr->bw_latest_q24 = 0;
	bbr->inflight_latest = 0;
	bbr->probe_up_acked_per_inc = INFINITE;
	bbr->rounds_since_probe_up = chance & 1;
	bbr->bw_probe_wait_us = 1000 * (probe_wait_ms + (chance * probe_wait_random_ms >> 32));
	bbr->cycle_us = tp->tcp_mstamp;
	bbr->ack_phase = ACKS_PROBE_STOPPING;
	start_round(bbr, tp);
	enter(bbr, PROBE_BW_DOWN, down_pacing_gain_permille, cwnd_gain_permille);
}

static __always_inline void start_probe_bw_cruise(struct tt_bbr3 *bbr)
{
	enter(bbr, PROBE_BW_CRUISE, 1000, cwnd_gain_permille);
}

static __noinline void start_probe_bw_refill(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	reset_short_term_model(bbr);
	bbr->bw_probe_up_rounds = 0;
	bbr->bw_probe_up_acked = 0;
	bbr->prev_probe_precautionary = false;
	bbr->ack_phase = ACKS_REFILLING;
	start_round(bbr, tp);
	enter(bbr, PROBE_BW_REFILL, 1000, cwnd_gain_permille);
}

static __always_inline void raise_inflight_longterm_slope(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	bbr->probe_up_acked_per_inc = max(tp->snd_cwnd >> (bbr->bw_probe_up_rounds & 31), 1u);
	bbr->bw_probe_up_rounds = min(bbr->bw_probe_up_rounds + 1, 30);
}

static __noinline void start_probe_bw_up(struct tt_bbr3 *bbr, struct tcp_sock *tp, u32 bw_q24)
{
	bbr->ack_phase = ACKS_PROBE_STARTING;
	start_round(bbr, tp);
	reset_full_bw(bbr, bw_q24);
	enter(bbr, PROBE_BW_UP, up_pacing_gain_permille, up_cwnd_gain_permille);
	raise_inflight_longterm_slope(bbr, tp);
}

static __always_inline void exit_probe_rtt(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	reset_short_term_model(bbr);
	if (bbr->full_bw_reached) {
		start_probe_bw_down(bbr, tp);
		start_probe_bw_cruise(bbr);
	} else {
		enter_startup(bbr);
	}
}

/* Sampling: section 4.1, as far as the kernel doesn't do it. */

/*
 * Between the last ACK and this one, segments were sent that the kernel stamped with the total
 * delivered of that time, and the flight grew to what it was before this ACK.
 */
static __always_inline void note_flight(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					const struct rate_sample *rs)
{
	struct flight *flight = &bbr->flights[bbr->newest_flight % FLIGHTS];
	u32 delivered = tp->delivered - rs->acked_sacked;

	if (delivered - flight->delivered >= max(tp->snd_cwnd / (FLIGHTS / 2), 1u)) {
		flight = &bbr->flights[++bbr->newest_flight % FLIGHTS];
		flight->delivered = delivered;
		flight->lost = bbr->lost_seen;
		flight->marked = bbr->marked_seen;
		flight->inflight = rs->prior_in_flight;
	} else {
		flight->inflight = max(flight->inflight, rs->prior_in_flight);
	}
}

/* The totals when the segment was sent that is acknowledged now. */
static __always_inline const struct flight *flight_of(struct tt_bbr3 *bbr, u32 prior_delivered)
{
	if (bbr->newest_flight - bbr->acked_flight >= FLIGHTS)
		bbr->acked_flight = bbr->newest_flight - (FLIGHTS - 1);
	for (int step = 0; step < 4 && bbr->acked_flight != bbr->newest_flight; step++) {
		if (is_before(prior_delivered, bbr->flights[(bbr->acked_flight + 1) % FLIGHTS].delivered))
			break;
		bbr->acked_flight++;
	}
	return &bbr->flights[bbr->acked_flight % FLIGHTS];
}

static __always_inline void take_sample(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					const struct rate_sample *rs, struct sample *sample)
{
	const struct flight *flight;

	note_flight(bbr, tp, rs);
	sample->now_us = tp->tcp_mstamp;
	sample->inflight = tcptune_packets_in_flight(tp);
	sample->newly_acked = rs->acked_sacked;
	sample->newly_lost = tp->lost - bbr->lost_seen + tp->delivered_ce - bbr->marked_seen;
	bbr->lost_seen = tp->lost;
	bbr->marked_seen = tp->delivered_ce;
	sample->is_app_limited = rs->is_app_limited;
	if (rs->delivered <= 0)
		return;
	sample->delivered = rs->delivered;
	sample->prior_delivered = rs->prior_delivered;
	if (rs->interval_us > 0)
		sample->bw_q24 = min(((u64)sample->delivered << 24) / (u64)rs->interval_us,
				     (u64)BW_MAX_Q24);
	flight = flight_of(bbr, sample->prior_delivered);
	sample->tx_in_flight = flight->inflight;
	sample->marked = tp->delivered_ce - flight->marked;
	sample->lost = tp->lost - flight->lost + sample->marked;
}

/* Losses: section 5.5.10. */

static __always_inline bool is_inflight_too_high(struct tcp_sock *tp, const struct sample *sample)
{
	if (!sample->lost)
		return false;
	return !BPF_CORE_READ_BITFIELD(tp, rx_opt.sack_ok) ||
	       (u64)sample->lost * 1000 > (u64)sample->tx_in_flight * loss_threshold_permille;
}

/* What was in flight when the losses that this ACK reports crossed the threshold. */
static __always_inline u32 inflight_at_loss(const struct sample *sample)
{
	u32 size = min(sample->newly_lost, sample->tx_in_flight);
	u32 inflight_prev = sample->tx_in_flight - size;
	u64 allowed = (u64)inflight_prev * loss_threshold_permille;
	u64 lost_prev = 1000ull * (sample->lost - min(size, sample->lost));

	if (allowed <= lost_prev)
		return inflight_prev;
	return inflight_prev + (allowed - lost_prev) / (1000 - loss_threshold_permille);
}

static __noinline void handle_losses(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					  const struct sample *sample)
{
	if (!bbr->is_loss_in_round) {
		bbr->is_loss_in_round = true;
		bbr->loss_round_delivered = tp->delivered;
		bbr->loss_events_in_round = 0;
	}
	if (bbr->loss_events_in_round < 255)
		bbr->loss_events_in_round++;
	if (!bbr->is_bw_probe_sample || !is_inflight_too_high(tp, sample))
		return;
	bbr->prev_probe_too_high = true;
	bbr->is_bw_probe_sample = false;
	if (!sample->is_app_limited)
		bbr->inflight_longterm =
			max(inflight_at_loss(sample),
			    (u32)scale(target_inflight(bbr, tp), beta_permille));
	if (bbr->phase == PROBE_BW_UP) {
		bbr->undo_phase = PROBE_BW_UP;
		start_probe_bw_down(bbr, tp);
	}
}

/* A segment that came through with a mark would have been dropped without ECN. */
static __always_inline u32 without_marked(u64 x, const struct sample *sample)
{
	if (!sample->marked)
		return x;
	return x * (sample->delivered - min(sample->marked, sample->delivered)) /
	       sample->delivered;
}

static __noinline void adapt_lower_bounds(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	u32 bw_q24 = min(bbr->bw_shortterm_q24, bbr->max_bw_q24);
	u32 inflight = bbr->inflight_shortterm;

	if (inflight == INFINITE)
		inflight = tp->snd_cwnd;
	bbr->bw_shortterm_q24 = max(bbr->bw_latest_q24, (u32)scale(bw_q24, beta_permille));
	bbr->inflight_shortterm = max(bbr->inflight_latest, (u32)scale(inflight, beta_permille));
}

/* The model: section 5.5. */

static __always_inline void update_round(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					 const struct sample *sample)
{
	bbr->round_start = sample->delivered &&
			   !is_before(sample->prior_delivered, bbr->next_round_delivered);
	if (!bbr->round_start)
		return;
	start_round(bbr, tp);
	bbr->round_count++;
	bbr->rounds_since_probe_up++;
}

static __always_inline void update_max_bw(struct tt_bbr3 *bbr, const struct sample *sample)
{
	if (!sample->bw_q24 || (sample->is_app_limited && sample->bw_q24 < bbr->max_bw_q24))
		return;
	bbr->bw_filter_q24[1] = max(bbr->bw_filter_q24[1], sample->bw_q24);
	bbr->max_bw_q24 = max(bbr->bw_filter_q24[0], bbr->bw_filter_q24[1]);
}

static __always_inline void advance_max_bw_filter(struct tt_bbr3 *bbr)
{
	if (!bbr->bw_filter_q24[1])
		return;
	bbr->bw_filter_q24[0] = bbr->bw_filter_q24[1];
	bbr->bw_filter_q24[1] = 0;
	bbr->max_bw_q24 = bbr->bw_filter_q24[0];
}

static __always_inline void update_congestion_signals(struct tt_bbr3 *bbr, struct tcp_sock *tp,
						      const struct sample *sample)
{
	bbr->bw_latest_q24 = max(bbr->bw_latest_q24, without_marked(sample->bw_q24, sample));
	bbr->inflight_latest =
		max(bbr->inflight_latest, without_marked(sample->delivered, sample));
	bbr->loss_round_start = sample->delivered &&
				!is_before(sample->prior_delivered, bbr->loss_round_delivered);
	update_round(bbr, tp, sample);
	update_max_bw(bbr, sample);
}

/* Section 5.5.9; the maximum over a window is that of its two halves. */
static __always_inline void update_ack_aggregation(struct tt_bbr3 *bbr, struct tcp_sock *tp,
						   const struct sample *sample)
{
	u64 interval_us = sample->now_us - bbr->extra_acked_start_us;
	u64 expected = bbr->bw_q24 * interval_us >> 24;
	u32 half_window = bbr->full_bw_reached ? EXTRA_ACKED_HALF_WINDOW : 1;
	u32 extra;

	if (bbr->extra_acked_delivered <= expected) {
		bbr->extra_acked_delivered = 0;
		bbr->extra_acked_start_us = sample->now_us;
		expected = 0;
	}
	bbr->extra_acked_delivered += sample->newly_acked;
	extra = min(bbr->extra_acked_delivered - (u32)expected, tp->snd_cwnd);
	if (bbr->round_count - bbr->extra_acked_round >= half_window) {
		bbr->extra_acked_round = bbr->round_count;
		bbr->extra_acked[0] = bbr->extra_acked[1];
		bbr->extra_acked[1] = 0;
	}
	bbr->extra_acked[1] = max(bbr->extra_acked[1], extra);
}

static __always_inline void check_full_bw_reached(struct tt_bbr3 *bbr, const struct sample *sample)
{
	if (bbr->full_bw_now || !bbr->round_start || sample->is_app_limited || !sample->bw_q24)
		return;
	if (sample->bw_q24 >= bbr->full_bw_q24 + bbr->full_bw_q24 / 4) {
		reset_full_bw(bbr, sample->bw_q24);
		return;
	}
	if (++bbr->full_bw_count >= FULL_BW_ROUNDS)
		bbr->full_bw_now = bbr->full_bw_reached = true;
}

/* The first loss began the round: at its end recovery has lasted for one. */
static __always_inline void check_startup_high_loss(struct tt_bbr3 *bbr, struct tcp_sock *tp,
						    const struct sample *sample)
{
	if (bbr->full_bw_reached || !bbr->loss_round_start || !bbr->is_loss_in_round ||
	    !bbr->in_recovery || !is_inflight_too_high(tp, sample))
		return;
	if (bbr->loss_events_in_round < startup_loss_events &&
	    BPF_CORE_READ_BITFIELD(tp, rx_opt.sack_ok))
		return;
	bbr->undo_phase = STARTUP;
	bbr->full_bw_reached = true;
	bbr->inflight_longterm = max(bdp_multiple(bbr, 1000), bbr->inflight_latest);
}

static __noinline void check_startup_and_drain(struct tt_bbr3 *bbr, struct tcp_sock *tp,
						    const struct sample *sample)
{
	if (bbr->phase == STARTUP) {
		check_startup_high_loss(bbr, tp, sample);
		if (bbr->full_bw_reached)
			enter_drain(bbr);
	}
	if (bbr->phase == DRAIN &&
	    (sample->inflight <=
		     quantization_budget(bbr, bdp_multiple(bbr, 1000)) ||
	     bbr->round_count - bbr->drain_start_round > 3))
		start_probe_bw_down(bbr, tp);
}

/* ProbeBW: section 5.3.3. */

static __noinline void probe_inflight_longterm_upward(struct tt_bbr3 *bbr,
							   struct tcp_sock *tp,
							   const struct sample *sample)
{
	if (!BPF_CORE_READ_BITFIELD(tp, is_cwnd_limited) || tp->snd_cwnd < bbr->inflight_longterm)
		return;
	bbr->bw_probe_up_acked += sample->newly_acked;
	if (bbr->bw_probe_up_acked >= bbr->probe_up_acked_per_inc) {
		u32 delta = bbr->bw_probe_up_acked / bbr->probe_up_acked_per_inc;

		bbr->bw_probe_up_acked -= delta * bbr->probe_up_acked_per_inc;
		bbr->inflight_longterm += delta;
	}
	if (bbr->round_start)
		raise_inflight_longterm_slope(bbr, tp);
}

/* True if it decided what comes next. */
static __always_inline bool adapt_long_term_model(struct tt_bbr3 *bbr, struct tcp_sock *tp,
						  const struct sample *sample)
{
	if (bbr->ack_phase == ACKS_PROBE_STARTING && bbr->round_start)
		bbr->ack_phase = ACKS_PROBE_FEEDBACK;
	if (bbr->ack_phase == ACKS_PROBE_STOPPING && bbr->round_start) {
		bbr->is_bw_probe_sample = false;
		bbr->ack_phase = ACKS_INIT;
		if (is_in_probe_bw(bbr)) {
			if (!sample->is_app_limited)
				advance_max_bw_filter(bbr);
			if (bbr->prev_probe_precautionary && !bbr->prev_probe_too_high) {
				start_probe_bw_refill(bbr, tp);
				return true;
			}
		}
	}
	if (bbr->inflight_longterm == INFINITE || is_inflight_too_high(tp, sample))
		return false;
	bbr->inflight_longterm = max(bbr->inflight_longterm, sample->tx_in_flight);
	if (bbr->phase == PROBE_BW_UP)
		probe_inflight_longterm_upward(bbr, tp, sample);
	return false;
}

static __always_inline bool is_time_to_probe_bw(const struct tt_bbr3 *bbr, struct tcp_sock *tp,
						const struct sample *sample)
{
	return sample->now_us - bbr->cycle_us > bbr->bw_probe_wait_us ||
	       bbr->rounds_since_probe_up >= min(target_inflight(bbr, tp), probe_wait_rounds);
}

static __always_inline bool is_time_to_cruise(const struct tt_bbr3 *bbr,
					      const struct sample *sample)
{
	return sample->inflight <= inflight_with_headroom(bbr) &&
	       sample->inflight <=
		       quantization_budget(bbr, bdp_q8(bbr, bbr->max_bw_q24) >> 8);
}

static __always_inline bool is_time_to_go_down(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					       const struct sample *sample)
{
	if (bbr->prev_probe_too_high && sample->inflight >= bbr->inflight_longterm) {
		bbr->prev_probe_precautionary = true;
		return true;
	}
	if (BPF_CORE_READ_BITFIELD(tp, is_cwnd_limited) && tp->snd_cwnd >= bbr->inflight_longterm) {
		reset_full_bw(bbr, sample->bw_q24);
		return false;
	}
	return bbr->full_bw_now;
}

static __always_inline void update_probe_bw(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					    const struct sample *sample)
{
	if (!bbr->full_bw_reached || adapt_long_term_model(bbr, tp, sample))
		return;
	if (bbr->phase == PROBE_BW_DOWN || bbr->phase == PROBE_BW_CRUISE) {
		if (is_time_to_probe_bw(bbr, tp, sample))
			start_probe_bw_refill(bbr, tp);
		else if (bbr->phase == PROBE_BW_DOWN && is_time_to_cruise(bbr, sample))
			start_probe_bw_cruise(bbr);
	} else if (bbr->phase == PROBE_BW_REFILL) {
		if (bbr->round_start) {
			bbr->is_bw_probe_sample = true;
			start_probe_bw_up(bbr, tp, sample->bw_q24);
		}
	} else if (bbr->phase == PROBE_BW_UP) {
		if (is_time_to_go_down(bbr, tp, sample)) {
			bbr->prev_probe_too_high = false;
			start_probe_bw_down(bbr, tp);
		}
	}
}

/* ProbeRTT: section 5.3.4. */

static __always_inline void update_min_rtt(struct tt_bbr3 *bbr, long rtt_us, u32 now_us)
{
	bbr->probe_rtt_expired =
		now_us - bbr->probe_rtt_min_stamp_us > 1000 * probe_rtt_interval_ms;
	if (rtt_us >= 0 && (rtt_us < bbr->probe_rtt_min_delay_us || bbr->probe_rtt_expired)) {
		bbr->probe_rtt_min_delay_us = rtt_us;
		bbr->probe_rtt_min_stamp_us = now_us;
	}
	if (bbr->probe_rtt_min_delay_us < bbr->min_rtt_us ||
	    now_us - bbr->min_rtt_stamp_us > 1000 * min_rtt_window_ms) {
		bbr->min_rtt_us = bbr->probe_rtt_min_delay_us;
		bbr->min_rtt_stamp_us = bbr->probe_rtt_min_stamp_us;
	}
}

static __noinline void enter_probe_rtt(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	save_cwnd(bbr, tp, bbr->in_recovery);
	enter(bbr, PROBE_RTT, 1000, probe_rtt_cwnd_gain_permille);
	bbr->probe_rtt_holds = false;
	bbr->ack_phase = ACKS_PROBE_STOPPING;
	start_round(bbr, tp);
}

static __noinline void check_probe_rtt_done(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	u32 now_us = tp->tcp_mstamp;

	if (!bbr->probe_rtt_holds || !is_before(bbr->probe_rtt_done_us, now_us))
		return;
	bbr->probe_rtt_min_stamp_us = now_us;
	restore_cwnd(bbr, tp);
	exit_probe_rtt(bbr, tp);
}

static __noinline void handle_probe_rtt(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					     const struct sample *sample)
{
	tp->app_limited = max(tp->delivered + sample->inflight, 1u);
	if (!bbr->probe_rtt_holds) {
		if (sample->inflight > probe_rtt_cwnd(bbr))
			return;
		bbr->probe_rtt_holds = true;
		bbr->probe_rtt_done_us = sample->now_us + 1000 * probe_rtt_duration_ms;
		bbr->probe_rtt_round_done = false;
		start_round(bbr, tp);
		return;
	}
	if (bbr->round_start)
		bbr->probe_rtt_round_done = true;
	if (bbr->probe_rtt_round_done)
		check_probe_rtt_done(bbr, tp);
}

static __always_inline void check_probe_rtt(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					    const struct sample *sample)
{
	if (bbr->phase != PROBE_RTT && bbr->probe_rtt_expired && !bbr->idle_restart)
		enter_probe_rtt(bbr, tp);
	if (bbr->phase == PROBE_RTT)
		handle_probe_rtt(bbr, tp, sample);
	if (sample->delivered)
		bbr->idle_restart = false;
}

/* Control: section 5.6. */

static __always_inline void set_pacing_rate(struct tt_bbr3 *bbr, struct sock *sk,
					    u32 gain_permille)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 bw_q24 = scale(bbr->bw_q24, gain_permille);
	u64 rate = scale(bw_q24, 1000 - pacing_margin_permille) * tp->mss_cache >> 10;

	rate = rate * 1000000 >> 14;
	if (bbr->full_bw_reached || rate > sk->sk_pacing_rate)
		tcptune_set_pacing_rate(sk, rate);
	/* Like the kernel's: what is sent in a ms, at least two segments (section 5.6.3). */
	bbr->send_quantum = max(min(bw_q24 * 1000 >> 24, (u64)tp->gso_segs), 2ull);
}

/* Section 5.6.2. */
static __noinline void init_pacing_rate(struct tt_bbr3 *bbr, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 srtt_us = tcptune_srtt_us(tp);
	u64 bytes = (u64)tp->snd_cwnd * tp->mss_cache;

	bbr->has_srtt = srtt_us;
	tcptune_set_pacing_rate(
		sk, scale(bytes * 1000000 / (srtt_us ? srtt_us : 1000), startup_pacing_gain_permille));
}

static __always_inline u32 cwnd_bound(const struct tt_bbr3 *bbr)
{
	u32 bound = INFINITE;

	if (bbr->phase == PROBE_RTT || bbr->phase == PROBE_BW_CRUISE)
		bound = inflight_with_headroom(bbr);
	else if (is_in_probe_bw(bbr))
		bound = bbr->inflight_longterm;
	return max(min(bound, bbr->inflight_shortterm), MIN_PIPE_CWND);
}

static __always_inline void set_cwnd(struct tt_bbr3 *bbr, struct tcp_sock *tp,
				     const struct sample *sample)
{
	u32 extra_acked = max(bbr->extra_acked[0], bbr->extra_acked[1]);
	u32 max_inflight = quantization_budget(
		bbr, bdp_multiple(bbr, bbr->cwnd_gain_permille) + extra_acked);
	u32 cwnd = tp->snd_cwnd;

	if (bbr->full_bw_reached)
		cwnd = min(cwnd + sample->newly_acked, max_inflight);
	else if (cwnd < max_inflight || tp->delivered < bbr->initial_cwnd)
		cwnd += sample->newly_acked;
	cwnd = max(cwnd, MIN_PIPE_CWND);
	if (bbr->phase == PROBE_RTT)
		cwnd = min(cwnd, probe_rtt_cwnd(bbr));
	tcptune_set_cwnd(tp, min(cwnd, cwnd_bound(bbr)));
}

static __always_inline struct tt_bbr3 *state_of(struct sock *sk)
{
	return bpf_sk_storage_get(&tt_bbr3_state, sk, NULL, 0);
}

/* Section 5.2.3. */
void TCPTUNE_CONG_CONTROL(tt_bbr3_cong_control, struct sock *sk, const struct rate_sample *rs)
{
	struct tt_bbr3 *bbr = state_of(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct sample sample = {};
	bool was_in_recovery;

	if (!bbr)
		return;
	was_in_recovery = bbr->in_recovery;
	bbr->in_recovery = is_in_recovery(sk);
	if (was_in_recovery && !bbr->in_recovery)
		restore_cwnd(bbr, tp);
	if (!bbr->has_srtt)
		init_pacing_rate(bbr, sk);
	if (bbr->idle_restart && bbr->phase == PROBE_RTT)
		check_probe_rtt_done(bbr, tp);

	take_sample(bbr, tp, rs, &sample);
	if (sample.newly_lost)
		handle_losses(bbr, tp, &sample);
	update_congestion_signals(bbr, tp, &sample);
	if (bbr->loss_round_start && bbr->is_loss_in_round && !is_probing_bw(bbr))
		adapt_lower_bounds(bbr, tp);
	update_ack_aggregation(bbr, tp, &sample);
	check_full_bw_reached(bbr, &sample);
	if (bbr->phase == STARTUP || bbr->phase == DRAIN)
		check_startup_and_drain(bbr, tp, &sample);
	update_probe_bw(bbr, tp, &sample);
	update_min_rtt(bbr, rs->rtt_us, sample.now_us);
	check_probe_rtt(bbr, tp, &sample);
	if (bbr->loss_round_start) {
		bbr->loss_round_delivered = tp->delivered;
		bbr->is_loss_in_round = false;
		bbr->bw_latest_q24 = sample.bw_q24;
		bbr->inflight_latest = sample.delivered;
	}
	bbr->bw_q24 = min(bbr->max_bw_q24, bbr->bw_shortterm_q24);
	bbr->bdp_q8 = bdp_q8(bbr, bbr->bw_q24);

	/* Idle from here on: what restarts then is paced at bw (section 5.4). */
	if (!sample.inflight && tp->write_seq == tp->snd_nxt) {
		bbr->idle_restart = true;
		set_pacing_rate(bbr, sk, is_in_probe_bw(bbr) ? 1000 : bbr->pacing_gain_permille);
	} else {
		set_pacing_rate(bbr, sk, bbr->pacing_gain_permille);
	}
	set_cwnd(bbr, tp, &sample);
}

/* Section 5.2.1. Afresh, also when a connection comes back to this controller. */
void TCPTUNE_CALLBACK(tt_bbr3_init, struct sock *sk)
{
	struct tt_bbr3 *bbr =
		bpf_sk_storage_get(&tt_bbr3_state, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 srtt_us = tcptune_srtt_us(tp);
	u32 now_us = bpf_ktime_get_ns() / 1000; /* tcp_mstamp isn't set yet */

	if (!bbr)
		return;
	__builtin_memset(bbr, 0, sizeof(*bbr));
	bbr->initial_cwnd = tp->snd_cwnd;
	bbr->min_rtt_us = bbr->probe_rtt_min_delay_us = srtt_us ? srtt_us : INFINITE;
	bbr->min_rtt_stamp_us = bbr->probe_rtt_min_stamp_us = now_us;
	bbr->extra_acked_start_us = now_us;
	bbr->inflight_longterm = INFINITE;
	bbr->probe_up_acked_per_inc = INFINITE;
	bbr->next_round_delivered = bbr->loss_round_delivered = tp->delivered;
	bbr->lost_seen = bbr->flights[0].lost = tp->lost;
	bbr->marked_seen = bbr->flights[0].marked = tp->delivered_ce;
	bbr->flights[0].delivered = tp->delivered;
	bbr->flights[0].inflight = tcptune_packets_in_flight(tp);
	bbr->send_quantum = 2;
	reset_short_term_model(bbr);
	enter_startup(bbr);
	tcptune_start_pacing(sk);
	init_pacing_rate(bbr, sk);
}

/* Losses, a timeout or marks begin an episode that may turn out spurious (section 5.5.11). */
u32 TCPTUNE_CALLBACK(tt_bbr3_ssthresh, struct sock *sk)
{
	struct tt_bbr3 *bbr = state_of(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (bbr) {
		save_cwnd(bbr, tp, is_in_recovery(sk));
		bbr->undo_phase = NONE;
		bbr->undo_bw_shortterm_q24 = bbr->bw_shortterm_q24;
		bbr->undo_inflight_shortterm = bbr->inflight_shortterm;
		bbr->undo_inflight_longterm = bbr->inflight_longterm;
	}
	return tp->snd_ssthresh;
}

u32 TCPTUNE_CALLBACK(tt_bbr3_undo_cwnd, struct sock *sk)
{
	struct tt_bbr3 *bbr = state_of(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (!bbr)
		return tp->snd_cwnd;
	bbr->is_loss_in_round = false;
	reset_full_bw(bbr, 0);
	bbr->bw_shortterm_q24 = max(bbr->bw_shortterm_q24, bbr->undo_bw_shortterm_q24);
	bbr->inflight_shortterm = max(bbr->inflight_shortterm, bbr->undo_inflight_shortterm);
	bbr->inflight_longterm = max(bbr->inflight_longterm, bbr->undo_inflight_longterm);
	if (bbr->undo_phase == STARTUP && bbr->phase != STARTUP) {
		bbr->full_bw_reached = false;
		if (bbr->phase != PROBE_RTT)
			enter_startup(bbr);
	} else if (bbr->undo_phase == PROBE_BW_UP && bbr->phase != PROBE_BW_UP &&
		   bbr->phase != PROBE_RTT) {
		start_probe_bw_refill(bbr, tp);
	}
	bbr->undo_phase = NONE;
	return max(tp->snd_cwnd, bbr->prior_cwnd);
}

TCPTUNE_CONTROLLER(tt_bbr3,
		   .cong_control = (void *)tt_bbr3_cong_control,
		   .init = (void *)tt_bbr3_init,
		   .ssthresh = (void *)tt_bbr3_ssthresh,
		   .undo_cwnd = (void *)tt_bbr3_undo_cwnd);
