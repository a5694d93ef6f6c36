// SPDX-License-Identifier: GPL-2.0
/*
 * BBRv3 (draft-ietf-ccwg-bbr-06). Section numbers below are that draft's, and so are the names.
 *
 * Data is counted in segments, time in us, bandwidth in segments per us with 24 fractional bits
 * (_q24). Pacing is TCP's own where fq doesn't do it.
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
#define DRAIN_ROUNDS 3
#define EXTRA_ACKED_HALF_WINDOW 5 /* of the 10 rounds of ExtraAckedFilterLen */
#define U16_MAX 65535u

enum phase { OFF, STARTUP, DRAIN, PROBE_BW_DOWN, PROBE_BW_CRUISE, PROBE_BW_REFILL, PROBE_BW_UP,
	     PROBE_RTT };

enum ack_phase { ACKS_INIT, ACKS_REFILLING, ACKS_PROBE_STARTING, ACKS_PROBE_FEEDBACK,
		 ACKS_PROBE_STOPPING };

/* Totals when a round trip began. A segment that was lost or came with a CE mark is congested. */
struct flight {
	u32 delivered;
	u32 congested;
	u32 inflight;
};

/*
 * What every ACK needs, in the socket itself. Times are the clock's in us, modulo 2^32.
 */
struct tt_bbr3 {
	TCPTUNE_FIELD("State of the state machine (section 3.3)")
	enum phase phase : 4;
	TCPTUNE_FIELD("What the arriving ACKs tell of a probe (section 5.3.3)")
	enum ack_phase ack_phase : 4;
	u8 in_recovery : 1;
	TCPTUNE_FIELD("Something was lost or marked in this round trip")
	u8 is_loss_in_round : 1;
	u8 is_bw_probe_sample : 1;
	u8 idle_restart : 1;
	TCPTUNE_FIELD("Startup has found the bandwidth")
	u8 full_bw_reached : 1;
	u8 full_bw_now : 1;
	TCPTUNE_FIELD("The last probe met too much loss")
	u8 prev_probe_too_high : 1;
	u8 has_srtt : 1; /* the initial pacing rate comes from it */
	u8 is_eventful : 1; /* every ACK matters: see is_uneventful() */
	TCPTUNE_FIELD("Round trips, modulo 2^16")
	u16 round_count;
	u16 rounds_since_probe_up;
	u16 extra_acked_round;
	TCPTUNE_FIELD("Segments acknowledged beyond bw at most, by half windows (section 5.5.9)")
	u16 extra_acked[2];
	u32 extra_acked_delivered;
	u32 extra_acked_start_us;
	u32 congested_seen;
	u32 event_delivered; /* a segment sent from here on ends a round trip of some kind */
	u32 event_us;	     /* the next timer */
	u32 event_inflight;  /* so little in flight is an event */
	TCPTUNE_FIELD("The most cwnd may be, segments")
	u32 cwnd_limit;
	u32 next_round_delivered;
	u32 loss_round_delivered;
	TCPTUNE_FIELD("bw, segments per us: what is used, the smaller of max_bw and bw_shortterm")
	u32 bw_q24;
	TCPTUNE_FIELD("Maximum of the last cycle and of this one, segments per us; max_bw is the larger")
	u32 bw_filter_q24[2];
	u32 bw_latest_q24;
	TCPTUNE_FIELD("Bound after losses, segments per us; 256: none (section 5.5.10)")
	u32 bw_shortterm_q24;
	u32 inflight_latest;
	TCPTUNE_FIELD("Bound after losses, segments; 4294967295: none (section 5.5.10)")
	u32 inflight_shortterm;
	TCPTUNE_FIELD("Bound after probes, segments; 4294967295: none (section 5.5.10)")
	u32 inflight_longterm;
	TCPTUNE_FIELD("min_rtt (section 5.5.7)")
	u32 min_rtt_us;
	u32 probe_rtt_min_delay_us;
	u32 probe_rtt_min_stamp_us;
	u32 probe_bw_us; /* when to probe next */
};
TCPTUNE_STATE(struct tt_bbr3);

/* What the rest of the state machine needs, a few times in a round trip at most. */
struct tt_bbr3_rest {
	struct flight flights[2]; /* the last round trip's, this one's */
	u32 initial_cwnd;
	u32 prior_cwnd;
	u32 min_rtt_stamp_us;
	u32 marked_seen;
	u32 losses_in_round;
	u32 full_bw_q24;
	u32 full_bw_count;
	u32 drain_start_round;
	u32 bw_probe_up_rounds;
	u32 bw_probe_up_acked;
	u32 probe_up_acked_per_inc;
	u32 probe_rtt_done_us;
	bool probe_rtt_holds; /* inflight is low, until then */
	bool probe_rtt_round_done;
	bool prev_probe_precautionary;
	u8 undo_phase;
	u32 undo_bw_shortterm_q24;
	u32 undo_inflight_shortterm;
	u32 undo_inflight_longterm;
};

TCPTUNE_STORAGE(tt_bbr3_rest, struct tt_bbr3_rest);

/* The rate sample RS of section 2.3. */
struct sample {
	u32 now_us;
	u32 bw_q24; /* 0: none */
	u32 inflight;
	u32 prior_delivered;
	u32 delivered; /* 0: none */
	u32 newly_acked;
	u32 newly_congested;
	bool is_app_limited;
	bool is_round_start;
	bool is_loss_round_start;
	/* From look_back() */
	u32 congested;
	u32 tx_in_flight;
};

static __always_inline struct tt_bbr3 *state_of(struct tcp_sock *tp)
{
	return tcptune_state(tp, struct tt_bbr3);
}

static __always_inline struct tt_bbr3_rest *rest_of(struct tcp_sock *tp)
{
	return bpf_sk_storage_get(&tt_bbr3_rest, tp, NULL, 0);
}

/* x * permille / 1000, within 2e-6 of it, for products below 2^47. */
static __always_inline u64 scale(u64 x, u32 permille)
{
	return x * permille * 67109 >> 26;
}

static __always_inline bool is_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static __always_inline bool has_sack(struct tcp_sock *tp)
{
	return BPF_CORE_READ_BITFIELD(tp, rx_opt.sack_ok);
}

static __always_inline bool is_in_recovery(struct tcp_sock *tp)
{
	struct inet_connection_sock *icsk = (struct inet_connection_sock *)tp;

	return BPF_CORE_READ_BITFIELD(icsk, icsk_ca_state) >= TCP_CA_Recovery;
}

static __always_inline bool is_in_probe_bw(const struct tt_bbr3 *bbr)
{
	return bbr->phase >= PROBE_BW_DOWN && bbr->phase <= PROBE_BW_UP;
}

static __always_inline bool is_probing_bw(const struct tt_bbr3 *bbr)
{
	return bbr->phase == STARTUP || bbr->phase == PROBE_BW_REFILL || bbr->phase == PROBE_BW_UP;
}

static __always_inline u32 max_bw_q24(const struct tt_bbr3 *bbr)
{
	return max(bbr->bw_filter_q24[0], bbr->bw_filter_q24[1]);
}

/* The table of section 5.6.1. */
static __always_inline u32 pacing_gain_permille(const struct tt_bbr3 *bbr)
{
	switch (bbr->phase) {
	case STARTUP:
		return startup_pacing_gain_permille;
	case DRAIN:
		return drain_pacing_gain_permille;
	case PROBE_BW_DOWN:
		return down_pacing_gain_permille;
	case PROBE_BW_UP:
		return up_pacing_gain_permille;
	default:
		return 1000;
	}
}

static __always_inline u32 phase_cwnd_gain_permille(const struct tt_bbr3 *bbr)
{
	if (bbr->phase == PROBE_RTT)
		return probe_rtt_cwnd_gain_permille;
	return bbr->phase == PROBE_BW_UP ? up_cwnd_gain_permille : cwnd_gain_permille;
}

/* Section 5.6.4.2. */
static __always_inline u32 bdp_multiple(const struct tt_bbr3 *bbr, u32 bw_q24, u32 gain_permille)
{
	u64 bdp_q8 = min((u64)bw_q24 * bbr->min_rtt_us >> 16, 1ull << 34);

	return (scale(bdp_q8, gain_permille) + 255) >> 8;
}

/* Three of the kernel's quanta: what is sent in a ms, two segments at least (section 5.6.3). */
static __always_inline u32 quantization_budget(const struct tt_bbr3 *bbr, struct tcp_sock *tp,
					       u32 inflight)
{
	u32 quantum = scale(bbr->bw_q24, pacing_gain_permille(bbr)) * 1000 >> 24;

	if (inflight < 3 * quantum) /* the limit is read only if it can matter */
		inflight = max(inflight, 3 * min(quantum, (u32)tp->gso_segs));
	inflight = max(inflight, max(3 * 2u, MIN_PIPE_CWND));
	return bbr->phase == PROBE_BW_UP ? inflight + 2 : inflight;
}

static __always_inline u32 target_inflight(const struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	return min(bdp_multiple(bbr, bbr->bw_q24, 1000), tp->snd_cwnd);
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
	return max(bdp_multiple(bbr, bbr->bw_q24, probe_rtt_cwnd_gain_permille), MIN_PIPE_CWND);
}

static __always_inline void start_round(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	bbr->next_round_delivered = tp->delivered;
}

static __always_inline void reset_full_bw(struct tt_bbr3 *bbr, struct tt_bbr3_rest *rest,
					  u32 bw_q24)
{
	rest->full_bw_q24 = bw_q24;
	rest->full_bw_count = 0;
	bbr->full_bw_now = false;
}

static __always_inline void reset_short_term_model(struct tt_bbr3 *bbr)
{
	bbr->bw_shortterm_q24 = INFINITE;
	bbr->inflight_shortterm = INFINITE;
}

/* Section 5.6.4.4. */
static __always_inline void save_cwnd(struct tt_bbr3 *bbr, struct tt_bbr3_rest *rest,
				      struct tcp_sock *tp)
{
	if (!is_in_recovery(tp) && bbr->phase != PROBE_RTT)
		rest->prior_cwnd = tp->snd_cwnd;
	else
		rest->prior_cwnd = max(rest->prior_cwnd, tp->snd_cwnd);
}

static __noinline void restore_cwnd(struct tcp_sock *tp, struct tt_bbr3_rest *rest)
{
	if (rest)
		tcptune_set_cwnd(tp, max(tp->snd_cwnd, rest->prior_cwnd));
}

/* Phases: sections 5.3.1 to 5.3.4. What is rare stays out of the path of the other ACKs. */

static __noinline void start_probe_bw_down(struct tcp_sock *tp, struct tt_bbr3_rest *rest)
{
	struct tt_bbr3 *bbr = state_of(tp);
	u64 chance = bpf_get_prandom_u32();

	if (!rest)
		return;
	bbr->phase = PROBE_BW_DOWN;
	bbr->ack_phase = ACKS_PROBE_STOPPING;
	bbr->is_loss_in_round = false;
	bbr->bw_latest_q24 = 0;
	bbr->inflight_latest = 0;
	bbr->rounds_since_probe_up = chance & 1;
	bbr->probe_bw_us = (u32)tp->tcp_mstamp +
			   1000 * (probe_wait_ms + (u32)(chance * probe_wait_random_ms >> 32));
	rest->probe_up_acked_per_inc = INFINITE;
	start_round(bbr, tp);
}

static __noinline void start_probe_bw_refill(struct tcp_sock *tp, struct tt_bbr3_rest *rest)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (!rest)
		return;
	bbr->phase = PROBE_BW_REFILL;
	bbr->ack_phase = ACKS_REFILLING;
	reset_short_term_model(bbr);
	rest->bw_probe_up_rounds = 0;
	rest->bw_probe_up_acked = 0;
	rest->prev_probe_precautionary = false;
	start_round(bbr, tp);
}

static __always_inline void raise_inflight_longterm_slope(struct tt_bbr3_rest *rest,
							  struct tcp_sock *tp)
{
	rest->probe_up_acked_per_inc = max(tp->snd_cwnd >> (rest->bw_probe_up_rounds & 31), 1u);
	rest->bw_probe_up_rounds = min(rest->bw_probe_up_rounds + 1, 30u);
}

static __noinline void start_probe_bw_up(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					 u32 bw_q24)
{
	struct tt_bbr3 *bbr = state_of(tp);

	bbr->phase = PROBE_BW_UP;
	bbr->ack_phase = ACKS_PROBE_STARTING;
	bbr->is_bw_probe_sample = true;
	reset_full_bw(bbr, rest, bw_q24);
	raise_inflight_longterm_slope(rest, tp);
	start_round(bbr, tp);
}

static __noinline void enter_probe_rtt(struct tcp_sock *tp, struct tt_bbr3_rest *rest)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (!rest)
		return;
	save_cwnd(bbr, rest, tp);
	bbr->phase = PROBE_RTT;
	bbr->ack_phase = ACKS_PROBE_STOPPING;
	rest->probe_rtt_holds = false;
	start_round(bbr, tp);
}

/* Sampling: section 4.1, as far as the kernel doesn't do it. */

static __always_inline void take_sample(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					struct tt_bbr3_rest *rest,
					const struct rate_sample *rs, struct sample *sample)
{
	u32 congested = tp->lost + tp->delivered_ce;

	sample->now_us = tp->tcp_mstamp;
	sample->inflight = tcptune_packets_in_flight(tp);
	sample->newly_acked = rs->acked_sacked;
	sample->newly_congested = congested - bbr->congested_seen;
	sample->is_app_limited = rs->is_app_limited;
	bbr->congested_seen = congested;
	if (rs->delivered <= 0)
		return;
	sample->delivered = rs->delivered;
	sample->prior_delivered = rs->prior_delivered;
	if (rs->interval_us > 0)
		sample->bw_q24 = min(((u64)sample->delivered << 24) / (u64)rs->interval_us,
				     (u64)BW_MAX_Q24);
	if (!is_before(sample->prior_delivered, rest->flights[1].delivered)) {
		rest->flights[0] = rest->flights[1];
		rest->flights[1].delivered = tp->delivered;
		rest->flights[1].congested = congested;
		rest->flights[1].inflight = rs->prior_in_flight;
	}
}

/*
 * RS.lost and RS.tx_in_flight. The kernel doesn't keep them with each segment: of one that was
 * sent between the beginnings of two round trips they lie between the totals of then.
 */
static __noinline void look_back(struct tcp_sock *tp, const struct tt_bbr3_rest *rest,
				 struct sample *sample)
{
	const struct flight *before = &rest->flights[0], *after = &rest->flights[1];
	u32 span = after->delivered - before->delivered;
	u64 old, young; /* how near the segment is to either */

	if (sample->tx_in_flight)
		return;
	young = min(sample->prior_delivered - before->delivered, span);
	old = span - young;
	if (!span)
		old = span = 1;
	sample->tx_in_flight = (before->inflight * old + after->inflight * young) / span;
	sample->congested = state_of(tp)->congested_seen - after->congested +
			    (u32)((after->congested - before->congested) * old / span);
}

/* Losses: section 5.5.10. */

static __always_inline bool is_inflight_too_high(struct tcp_sock *tp,
						 const struct tt_bbr3_rest *rest,
						 struct sample *sample)
{
	look_back(tp, rest, sample);
	if (!sample->congested)
		return false;
	return !has_sack(tp) || (u64)sample->congested * 1000 >
					(u64)sample->tx_in_flight * loss_threshold_permille;
}

/* What was in flight when the losses that this ACK reports crossed the threshold. */
static __always_inline u32 inflight_at_loss(const struct sample *sample)
{
	u32 size = min(min(sample->newly_congested, sample->tx_in_flight), sample->congested);
	u32 inflight_prev = sample->tx_in_flight - size;
	u64 allowed = (u64)inflight_prev * loss_threshold_permille;
	u64 lost_prev = 1000ull * (sample->congested - size);

	if (allowed <= lost_prev)
		return inflight_prev;
	return inflight_prev + (allowed - lost_prev) / (1000 - loss_threshold_permille);
}

/*
 * A CE mark counts as a lost segment (section 3.7), but how many there are isn't known: the receiver
 * repeats one for a round trip (RFC 3168). It only says that so much in flight is too much.
 *
 * Returns whether ProbeBW_UP has to end.
 */
static __noinline bool handle_congestion(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					 struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);
	bool is_marked;

	if (!bbr->is_loss_in_round) {
		bbr->is_loss_in_round = true;
		bbr->loss_round_delivered = tp->delivered;
		rest->losses_in_round = 0;
	}
	rest->losses_in_round++;
	is_marked = tp->delivered_ce != rest->marked_seen;
	rest->marked_seen = tp->delivered_ce;
	if (!bbr->is_bw_probe_sample || !is_inflight_too_high(tp, rest, sample))
		return false;
	bbr->prev_probe_too_high = true;
	bbr->is_bw_probe_sample = false;
	if (!sample->is_app_limited)
		bbr->inflight_longterm =
			max(is_marked ? sample->tx_in_flight : inflight_at_loss(sample),
			    (u32)scale(target_inflight(bbr, tp), beta_permille));
	return bbr->phase == PROBE_BW_UP;
}

/* When not probing: down to what was delivered in the last round trip. */
static __always_inline void adapt_lower_bounds(struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	u32 bw_q24 = min(bbr->bw_shortterm_q24, max_bw_q24(bbr));
	u32 inflight = bbr->inflight_shortterm;

	if (inflight == INFINITE)
		inflight = tp->snd_cwnd;
	bbr->bw_shortterm_q24 = max(bbr->bw_latest_q24, (u32)scale(bw_q24, beta_permille));
	bbr->inflight_shortterm = max(bbr->inflight_latest, (u32)scale(inflight, beta_permille));
}

/* The model: section 5.5. */

static __always_inline void update_round(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					 struct sample *sample)
{
	if (!sample->delivered)
		return;
	sample->is_loss_round_start =
		!is_before(sample->prior_delivered, bbr->loss_round_delivered);
	sample->is_round_start = !is_before(sample->prior_delivered, bbr->next_round_delivered);
	if (sample->is_round_start) {
		start_round(bbr, tp);
		bbr->round_count++;
		bbr->rounds_since_probe_up++;
	}
}

static __always_inline void update_bw(struct tt_bbr3 *bbr, const struct sample *sample)
{
	bbr->bw_latest_q24 = max(bbr->bw_latest_q24, sample->bw_q24);
	bbr->inflight_latest = max(bbr->inflight_latest, sample->delivered);
	if (!sample->is_app_limited || sample->bw_q24 >= max_bw_q24(bbr))
		bbr->bw_filter_q24[1] = max(bbr->bw_filter_q24[1], sample->bw_q24);
}

static __always_inline void advance_max_bw_filter(struct tt_bbr3 *bbr)
{
	if (!bbr->bw_filter_q24[1])
		return;
	bbr->bw_filter_q24[0] = bbr->bw_filter_q24[1];
	bbr->bw_filter_q24[1] = 0;
}

/* What has come more than bw would have brought (section 5.5.9), now. */
static __always_inline u32 extra_acked(struct tt_bbr3 *bbr, struct tcp_sock *tp, u32 newly_acked)
{
	u32 now_us = tp->tcp_mstamp;
	u64 expected = (u64)bbr->bw_q24 * (now_us - bbr->extra_acked_start_us) >> 24;

	if (bbr->extra_acked_delivered <= expected) {
		bbr->extra_acked_delivered = 0;
		bbr->extra_acked_start_us = now_us;
		expected = 0;
	}
	bbr->extra_acked_delivered += newly_acked;
	return min(min(bbr->extra_acked_delivered - (u32)expected, tp->snd_cwnd), U16_MAX);
}

/* The maximum over a window is that of its two halves. */
static __always_inline void update_ack_aggregation(struct tt_bbr3 *bbr, struct tcp_sock *tp,
						   const struct sample *sample)
{
	u16 half_window = bbr->full_bw_reached ? EXTRA_ACKED_HALF_WINDOW : 1;
	u32 extra = extra_acked(bbr, tp, sample->newly_acked);

	if ((u16)(bbr->round_count - bbr->extra_acked_round) >= half_window) {
		bbr->extra_acked_round = bbr->round_count;
		bbr->extra_acked[0] = bbr->extra_acked[1];
		bbr->extra_acked[1] = 0;
	}
	if (bbr->extra_acked[1] < extra)
		bbr->extra_acked[1] = extra;
}

/* Once per round trip of Startup and ProbeBW_UP: section 5.3.1. */
static __noinline void check_full_bw_reached(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					     const struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (bbr->full_bw_now || sample->is_app_limited || !sample->bw_q24)
		return;
	if (sample->bw_q24 >= rest->full_bw_q24 + (u64)rest->full_bw_q24 / 4)
		reset_full_bw(bbr, rest, sample->bw_q24);
	else if (++rest->full_bw_count >= FULL_BW_ROUNDS)
		bbr->full_bw_now = bbr->full_bw_reached = true;
}

/* The first loss began the round: at its end recovery has lasted for one. */
static __noinline void check_startup_high_loss(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					       struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (!bbr->is_loss_in_round || !bbr->in_recovery ||
	    !is_inflight_too_high(tp, rest, sample))
		return;
	if (has_sack(tp) && rest->losses_in_round < startup_loss_events)
		return;
	rest->undo_phase = STARTUP;
	bbr->full_bw_reached = true;
	bbr->inflight_longterm = max(bdp_multiple(bbr, bbr->bw_q24, 1000), bbr->inflight_latest);
}

static __noinline void leave_startup_and_drain(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					       struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (bbr->phase == STARTUP) {
		if (!bbr->full_bw_reached && sample->is_loss_round_start)
			check_startup_high_loss(tp, rest, sample);
		if (!bbr->full_bw_reached)
			return;
		bbr->phase = DRAIN;
		rest->drain_start_round = bbr->round_count;
	}
	if (sample->inflight <=
		    quantization_budget(bbr, tp, bdp_multiple(bbr, bbr->bw_q24, 1000)) ||
	    (u16)(bbr->round_count - rest->drain_start_round) > DRAIN_ROUNDS)
		start_probe_bw_down(tp, rest);
}

/* ProbeBW: section 5.3.3. */

static __always_inline bool is_limited_by_longterm(const struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	return tp->snd_cwnd >= bbr->inflight_longterm && BPF_CORE_READ_BITFIELD(tp, is_cwnd_limited);
}

static __noinline void probe_inflight_longterm_upward(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
						      const struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (!is_limited_by_longterm(bbr, tp))
		return;
	rest->bw_probe_up_acked += sample->newly_acked;
	if (rest->bw_probe_up_acked >= rest->probe_up_acked_per_inc) {
		u32 delta = rest->bw_probe_up_acked / rest->probe_up_acked_per_inc;

		rest->bw_probe_up_acked -= delta * rest->probe_up_acked_per_inc;
		bbr->inflight_longterm += delta;
	}
	if (sample->is_round_start)
		raise_inflight_longterm_slope(rest, tp);
}

/* Acknowledgments of the probe begin or end with this round trip. */
static __noinline void advance_ack_phase(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					 const struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (bbr->ack_phase == ACKS_PROBE_STARTING)
		bbr->ack_phase = ACKS_PROBE_FEEDBACK;
	if (bbr->ack_phase != ACKS_PROBE_STOPPING)
		return;
	bbr->is_bw_probe_sample = false;
	bbr->ack_phase = ACKS_INIT;
	if (!is_in_probe_bw(bbr))
		return;
	if (!sample->is_app_limited)
		advance_max_bw_filter(bbr);
	if (rest->prev_probe_precautionary && !bbr->prev_probe_too_high)
		start_probe_bw_refill(tp, rest);
}

static __always_inline void adapt_inflight_longterm(struct tt_bbr3 *bbr, struct tcp_sock *tp,
						    struct tt_bbr3_rest *rest,
						    struct sample *sample)
{
	u32 most = max(rest->flights[0].inflight, rest->flights[1].inflight);

	if (bbr->inflight_longterm == INFINITE || !sample->delivered)
		return;
	if (bbr->phase != PROBE_BW_UP && most <= bbr->inflight_longterm)
		return; /* too high or not, nothing would be raised */
	if (is_inflight_too_high(tp, rest, sample))
		return;
	bbr->inflight_longterm = max(bbr->inflight_longterm, sample->tx_in_flight);
	if (bbr->phase == PROBE_BW_UP)
		probe_inflight_longterm_upward(tp, rest, sample);
}

static __always_inline bool is_time_to_probe_bw(const struct tt_bbr3 *bbr, struct tcp_sock *tp,
						const struct sample *sample)
{
	return is_before(bbr->probe_bw_us, sample->now_us) ||
	       bbr->rounds_since_probe_up >= min(target_inflight(bbr, tp), probe_wait_rounds);
}

/* With so much in flight ProbeBW_DOWN is over. */
static __always_inline u32 cruise_inflight(const struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	u32 bdp = bdp_multiple(bbr, max_bw_q24(bbr), 1000);

	return min(inflight_with_headroom(bbr), quantization_budget(bbr, tp, bdp));
}

static __noinline void check_probe_bw_up_done(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					      const struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (bbr->prev_probe_too_high && sample->inflight >= bbr->inflight_longterm) {
		rest->prev_probe_precautionary = true;
	} else if (is_limited_by_longterm(bbr, tp)) {
		reset_full_bw(bbr, rest, sample->bw_q24);
		return;
	} else if (!bbr->full_bw_now) {
		return;
	}
	bbr->prev_probe_too_high = false;
	start_probe_bw_down(tp, rest);
}

static __always_inline void update_probe_bw(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					    struct tt_bbr3_rest *rest, struct sample *sample)
{
	if (!bbr->full_bw_reached)
		return;
	if (sample->is_round_start) {
		u32 phase = bbr->phase;

		advance_ack_phase(tp, rest, sample);
		if (bbr->phase != phase)
			return;
	}
	adapt_inflight_longterm(bbr, tp, rest, sample);
	switch (bbr->phase) {
	case PROBE_BW_DOWN:
	case PROBE_BW_CRUISE:
		if (is_time_to_probe_bw(bbr, tp, sample))
			start_probe_bw_refill(tp, rest);
		else if (bbr->phase == PROBE_BW_DOWN &&
			 sample->inflight <= cruise_inflight(bbr, tp))
			bbr->phase = PROBE_BW_CRUISE;
		break;
	case PROBE_BW_REFILL:
		if (sample->is_round_start)
			start_probe_bw_up(tp, rest, sample->bw_q24);
		break;
	case PROBE_BW_UP:
		check_probe_bw_up_done(tp, rest, sample);
		break;
	default:
		break;
	}
}

/* ProbeRTT: section 5.3.4. */

static __noinline void update_min_rtt(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
				      long rtt_us, u32 now_us)
{
	struct tt_bbr3 *bbr = state_of(tp);

	if (now_us - rest->min_rtt_stamp_us > 1000 * min_rtt_window_ms) {
		bbr->min_rtt_us = bbr->probe_rtt_min_delay_us;
		rest->min_rtt_stamp_us = bbr->probe_rtt_min_stamp_us;
	}
	if (rtt_us >= 0) {
		bbr->probe_rtt_min_delay_us = rtt_us;
		bbr->probe_rtt_min_stamp_us = now_us;
	}
	if (bbr->probe_rtt_min_delay_us < bbr->min_rtt_us ||
	    now_us - rest->min_rtt_stamp_us > 1000 * min_rtt_window_ms) {
		bbr->min_rtt_us = bbr->probe_rtt_min_delay_us;
		rest->min_rtt_stamp_us = bbr->probe_rtt_min_stamp_us;
	}
}

static __noinline void check_probe_rtt_done(struct tcp_sock *tp, struct tt_bbr3_rest *rest)
{
	struct tt_bbr3 *bbr = state_of(tp);
	u32 now_us = tp->tcp_mstamp;

	if (!rest->probe_rtt_holds || !is_before(rest->probe_rtt_done_us, now_us))
		return;
	bbr->probe_rtt_min_stamp_us = now_us;
	restore_cwnd(tp, rest);
	reset_short_term_model(bbr);
	if (!bbr->full_bw_reached) {
		bbr->phase = STARTUP;
		return;
	}
	start_probe_bw_down(tp, rest);
	bbr->phase = PROBE_BW_CRUISE;
}

static __noinline void handle_probe_rtt(struct tcp_sock *tp, struct tt_bbr3_rest *rest,
					const struct sample *sample)
{
	struct tt_bbr3 *bbr = state_of(tp);

	/* Before 6.10 programs may not; samples of a queue that runs empty then count as the path's. */
	if (tcptune_cong_control_has_ack())
		tp->app_limited = max(tp->delivered + sample->inflight, 1u);
	if (!rest->probe_rtt_holds) {
		if (sample->inflight > probe_rtt_cwnd(bbr))
			return;
		rest->probe_rtt_holds = true;
		rest->probe_rtt_round_done = false;
		rest->probe_rtt_done_us = sample->now_us + 1000 * probe_rtt_duration_ms;
		start_round(bbr, tp);
		return;
	}
	if (sample->is_round_start)
		rest->probe_rtt_round_done = true;
	if (rest->probe_rtt_round_done)
		check_probe_rtt_done(tp, rest);
}

static __always_inline void check_probe_rtt(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					    struct tt_bbr3_rest *rest,
					    const struct sample *sample, long rtt_us)
{
	bool expired = sample->now_us - bbr->probe_rtt_min_stamp_us > 1000 * probe_rtt_interval_ms;

	if (expired || (rtt_us >= 0 && rtt_us < bbr->probe_rtt_min_delay_us))
		update_min_rtt(tp, rest, rtt_us, sample->now_us);
	if (expired && bbr->phase != PROBE_RTT && !bbr->idle_restart)
		enter_probe_rtt(tp, rest);
	if (bbr->phase == PROBE_RTT)
		handle_probe_rtt(tp, rest, sample);
	if (bbr->idle_restart && sample->delivered)
		bbr->idle_restart = false;
}

/* Control: section 5.6. */

static __always_inline void set_pacing_rate(struct tt_bbr3 *bbr, struct sock *sk,
					    u32 gain_permille)
{
	u64 bw_q24 = scale(scale(bbr->bw_q24, gain_permille), 1000 - pacing_margin_permille);
	u64 rate = (bw_q24 * tcp_sk(sk)->mss_cache >> 10) * 1000000 >> 14;

	if (bbr->full_bw_reached || rate > sk->sk_pacing_rate)
		tcptune_set_pacing_rate(sk, rate);
}

static __noinline void init_pacing_rate(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 srtt_us = tcptune_srtt_us(tp);
	u64 bytes = (u64)tp->snd_cwnd * tp->mss_cache;

	state_of(tp)->has_srtt = srtt_us > 0;
	tcptune_set_pacing_rate(sk, scale(bytes * 1000000 / (srtt_us ? srtt_us : 1000),
					  startup_pacing_gain_permille));
}

/* Until as much was delivered as was sent at first, the model knows too little. */
static __always_inline bool is_beginning(struct tcp_sock *tp, struct tt_bbr3_rest *rest)
{
	return tp->delivered < rest->initial_cwnd;
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

/* BDPs, with what aggregation asks for besides (section 5.6.4.2). */
static __always_inline u32 max_inflight(const struct tt_bbr3 *bbr, struct tcp_sock *tp)
{
	u32 bdps = bdp_multiple(bbr, bbr->bw_q24, phase_cwnd_gain_permille(bbr));

	return quantization_budget(bbr, tp,
				   bdps + max(bbr->extra_acked[0], bbr->extra_acked[1]));
}

static __always_inline void set_cwnd(struct tt_bbr3 *bbr, struct tcp_sock *tp,
				     struct tt_bbr3_rest *rest, u32 newly_acked)
{
	u32 limit = max_inflight(bbr, tp), bound = cwnd_bound(bbr);
	u32 cwnd = tp->snd_cwnd;

	if (bbr->phase == PROBE_RTT)
		bound = min(bound, probe_rtt_cwnd(bbr));
	if (bbr->full_bw_reached || cwnd < limit || is_beginning(tp, rest))
		cwnd += newly_acked;
	if (bbr->full_bw_reached)
		bound = min(bound, limit);
	bbr->cwnd_limit = bound = max(bound, MIN_PIPE_CWND);
	cwnd = min(max(cwnd, MIN_PIPE_CWND), bound);
	if (cwnd != tp->snd_cwnd)
		tcptune_set_cwnd(tp, cwnd);
}

/* Events. */

static __always_inline u32 earliest(u32 a, u32 b)
{
	return is_before(a, b) ? a : b;
}

/* What the model waits for from here on. */
static __always_inline void await_event(struct tt_bbr3 *bbr, struct tcp_sock *tp,
					const struct tt_bbr3_rest *rest)
{
	u32 probe_rtt_us = bbr->probe_rtt_min_stamp_us + 1000 * probe_rtt_interval_ms;

	bbr->is_eventful = bbr->phase < PROBE_BW_DOWN || bbr->phase > PROBE_BW_REFILL ||
			   !bbr->has_srtt || bbr->idle_restart;
	bbr->event_delivered = earliest(earliest(bbr->next_round_delivered,
						 bbr->loss_round_delivered),
					rest->flights[1].delivered);
	bbr->event_us = bbr->phase == PROBE_BW_REFILL ? probe_rtt_us :
							earliest(bbr->probe_bw_us, probe_rtt_us);
	bbr->event_inflight = bbr->phase == PROBE_BW_DOWN ? cruise_inflight(bbr, tp) : 0;
}

/*
 * Whether nothing of that has happened: most ACKs of a flow that runs at its rate only grow cwnd
 * towards its limit. Everything that could change the model goes to update_model().
 */
static __always_inline bool is_uneventful(const struct tt_bbr3 *bbr, struct tcp_sock *tp,
					  const struct rate_sample *rs)
{
	if (bbr->is_eventful || bbr->in_recovery != is_in_recovery(tp) ||
	    tp->lost + tp->delivered_ce != bbr->congested_seen)
		return false;
	if (rs->delivered <= 0 || rs->interval_us <= 0 ||
	    !is_before(rs->prior_delivered, bbr->event_delivered) ||
	    (u64)rs->rtt_us < bbr->probe_rtt_min_delay_us)
		return false;
	if ((u64)rs->delivered << 24 > (u64)rs->interval_us * bbr->bw_filter_q24[1])
		return false;
	return !is_before(bbr->event_us, tp->tcp_mstamp) &&
	       tcptune_packets_in_flight(tp) > bbr->event_inflight;
}

/* Section 5.2.3. */
static __noinline void update_model(struct tcp_sock *tp, const struct rate_sample *rs)
{
	struct tt_bbr3_rest *rest = rest_of(tp);
	struct sock *sk = (struct sock *)tp;
	struct tt_bbr3 *bbr = state_of(tp);
	struct sample sample = {};
	bool is_idle;

	if (!rest || bbr->phase == OFF)
		return;
	if (bbr->in_recovery != is_in_recovery(tp)) {
		bbr->in_recovery = !bbr->in_recovery;
		if (!bbr->in_recovery)
			restore_cwnd(tp, rest);
	}
	if (!bbr->has_srtt)
		init_pacing_rate(sk);
	if (bbr->idle_restart && bbr->phase == PROBE_RTT)
		check_probe_rtt_done(tp, rest);

	take_sample(bbr, tp, rest, rs, &sample);
	if (sample.newly_congested && handle_congestion(tp, rest, &sample)) {
		rest->undo_phase = PROBE_BW_UP;
		start_probe_bw_down(tp, rest);
	}
	update_round(bbr, tp, &sample);
	update_bw(bbr, &sample);
	if (sample.is_loss_round_start && bbr->is_loss_in_round && !is_probing_bw(bbr))
		adapt_lower_bounds(bbr, tp);
	update_ack_aggregation(bbr, tp, &sample);
	if (sample.is_round_start && (bbr->phase == STARTUP || bbr->phase == PROBE_BW_UP))
		check_full_bw_reached(tp, rest, &sample);
	if (bbr->phase == STARTUP || bbr->phase == DRAIN)
		leave_startup_and_drain(tp, rest, &sample);
	update_probe_bw(bbr, tp, rest, &sample);
	check_probe_rtt(bbr, tp, rest, &sample, rs->rtt_us);
	if (sample.is_loss_round_start) {
		bbr->loss_round_delivered = tp->delivered;
		bbr->is_loss_in_round = false;
		bbr->bw_latest_q24 = sample.bw_q24;
		bbr->inflight_latest = sample.delivered;
	}
	bbr->bw_q24 = min(max_bw_q24(bbr), bbr->bw_shortterm_q24);

	/* Idle from here on: what comes after it is paced at bw (section 5.4). */
	is_idle = !sample.inflight && tp->write_seq == tp->snd_nxt;
	if (is_idle)
		bbr->idle_restart = true;
	set_pacing_rate(bbr, sk,
			is_idle && is_in_probe_bw(bbr) ? 1000 : pacing_gain_permille(bbr));
	set_cwnd(bbr, tp, rest, sample.newly_acked);
	await_event(bbr, tp, rest);
}

TCPTUNE_CONG_CONTROL(tt_bbr3_cong_control, struct sock *sk, const struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_bbr3 *bbr = state_of(tp);
	u64 delivered_q24;
	u32 extra, cwnd;

	if (!is_uneventful(bbr, tp, rs)) {
		update_model(tp, rs);
		return;
	}
	delivered_q24 = (u64)rs->delivered << 24;
	if (delivered_q24 > (u64)rs->interval_us * bbr->bw_latest_q24)
		bbr->bw_latest_q24 = delivered_q24 / (u64)rs->interval_us;
	bbr->inflight_latest = max(bbr->inflight_latest, (u32)rs->delivered);
	extra = extra_acked(bbr, tp, rs->acked_sacked);
	if (bbr->extra_acked[1] < extra)
		bbr->extra_acked[1] = extra; /* its effect on the limit can wait for an event */
	cwnd = min(tp->snd_cwnd + (u32)rs->acked_sacked, bbr->cwnd_limit);
	if (cwnd != tp->snd_cwnd)
		tcptune_set_cwnd(tp, cwnd);
}

/* Section 5.2.1. Afresh, also when a connection comes back to this controller. */
TCPTUNE_CALLBACK(void, tt_bbr3_init, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_bbr3 *bbr = state_of(tp);
	struct tt_bbr3_rest *rest =
		bpf_sk_storage_get(&tt_bbr3_rest, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	u32 srtt_us = tcptune_srtt_us(tp);
	u32 now_us = bpf_ktime_get_ns() / 1000; /* tcp_mstamp isn't set yet */

	__builtin_memset(bbr, 0, sizeof(*bbr));
	if (!rest)
		return; /* no memory: cwnd stays what it is */
	__builtin_memset(rest, 0, sizeof(*rest));
	rest->initial_cwnd = tp->snd_cwnd;
	rest->min_rtt_stamp_us = now_us;
	rest->marked_seen = tp->delivered_ce;
	rest->probe_up_acked_per_inc = INFINITE;
	bbr->phase = STARTUP;
	bbr->min_rtt_us = bbr->probe_rtt_min_delay_us = srtt_us ? srtt_us : INFINITE;
	bbr->probe_rtt_min_stamp_us = bbr->extra_acked_start_us = now_us;
	bbr->inflight_longterm = INFINITE;
	bbr->next_round_delivered = bbr->loss_round_delivered = tp->delivered;
	bbr->is_eventful = true;
	bbr->congested_seen = rest->flights[1].congested = tp->lost + tp->delivered_ce;
	rest->flights[1].delivered = tp->delivered;
	rest->flights[1].inflight = tcptune_packets_in_flight(tp);
	rest->flights[0] = rest->flights[1];
	reset_short_term_model(bbr);
	tcptune_start_pacing(sk);
	init_pacing_rate(sk);
}

/* Losses, a timeout or marks begin an episode that may turn out spurious (section 5.5.11). */
TCPTUNE_CALLBACK(u32, tt_bbr3_ssthresh, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_bbr3_rest *rest = rest_of(tp);
	struct tt_bbr3 *bbr = state_of(tp);

	if (rest) {
		save_cwnd(bbr, rest, tp);
		rest->undo_phase = OFF;
		rest->undo_bw_shortterm_q24 = bbr->bw_shortterm_q24;
		rest->undo_inflight_shortterm = bbr->inflight_shortterm;
		rest->undo_inflight_longterm = bbr->inflight_longterm;
	}
	return tp->snd_ssthresh;
}

TCPTUNE_CALLBACK(u32, tt_bbr3_undo_cwnd, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tt_bbr3_rest *rest = rest_of(tp);
	struct tt_bbr3 *bbr = state_of(tp);

	if (!rest)
		return tp->snd_cwnd;
	bbr->is_loss_in_round = false;
	bbr->is_eventful = true; /* the limits are worked out anew */
	reset_full_bw(bbr, rest, 0);
	bbr->bw_shortterm_q24 = max(bbr->bw_shortterm_q24, rest->undo_bw_shortterm_q24);
	bbr->inflight_shortterm = max(bbr->inflight_shortterm, rest->undo_inflight_shortterm);
	bbr->inflight_longterm = max(bbr->inflight_longterm, rest->undo_inflight_longterm);
	if (rest->undo_phase == STARTUP && bbr->phase != STARTUP) {
		bbr->full_bw_reached = false;
		if (bbr->phase != PROBE_RTT)
			bbr->phase = STARTUP;
	} else if (rest->undo_phase == PROBE_BW_UP && bbr->phase != PROBE_BW_UP &&
		   bbr->phase != PROBE_RTT) {
		start_probe_bw_refill(tp, rest);
	}
	rest->undo_phase = OFF;
	return max(tp->snd_cwnd, rest->prior_cwnd);
}

TCPTUNE_CONTROLLER(tt_bbr3,
		   .cong_control = (void *)tt_bbr3_cong_control,
		   .init = (void *)tt_bbr3_init,
		   .ssthresh = (void *)tt_bbr3_ssthresh,
		   .undo_cwnd = (void *)tt_bbr3_undo_cwnd);
