/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HyStart++ (RFC 9406): leaves the first slow start when the RTT rises, before it overflows the
 * bottleneck's queue. Names and constants are the RFC's, section 4.
 */
#ifndef TCPTUNE_HYSTART_H
#define TCPTUNE_HYSTART_H

#include <tcptune/cc.h>

#define HYSTART_MIN_RTT_THRESH_US 4000u
#define HYSTART_MAX_RTT_THRESH_US 16000u
#define HYSTART_N_RTT_SAMPLE 8
#define HYSTART_CSS_ROUNDS 5
#define TCP_INFINITE_SSTHRESH 0x7fffffffu

/* Starts zeroed; an RTT of 0 is one that isn't known. */
struct tcptune_hystart {
	TCPTUNE_FIELD("Sequence number at which the round ends")
	u32 window_end;
	TCPTUNE_FIELD("Least RTT of the round before; 0: none yet")
	u32 last_round_min_rtt_us;
	TCPTUNE_FIELD("Least RTT of this round; 0: none yet")
	u32 current_round_min_rtt_us;
	TCPTUNE_FIELD("What ends conservative slow start when an RTT is less; 0: not in it")
	u32 css_baseline_min_rtt_us;
	u8 rtt_samples;
	TCPTUNE_FIELD("Rounds of conservative slow start that are over")
	u8 css_rounds;
	u8 css_remainder; /* segments that don't count until they are four */
};

static __always_inline u32 tcptune_hystart_threshold_us(u32 min_rtt_us)
{
	return max(HYSTART_MIN_RTT_THRESH_US, min(min_rtt_us / 8, HYSTART_MAX_RTT_THRESH_US));
}

static __always_inline void tcptune_hystart_next_round(struct tcptune_hystart *hystart,
						       struct tcp_sock *tp)
{
	hystart->window_end = tp->snd_nxt;
	hystart->last_round_min_rtt_us = hystart->current_round_min_rtt_us;
	hystart->current_round_min_rtt_us = 0;
	hystart->rtt_samples = 0;
	if (hystart->css_baseline_min_rtt_us && ++hystart->css_rounds >= HYSTART_CSS_ROUNDS)
		tp->snd_ssthresh = tp->snd_cwnd;
}

/*
 * To be called for every ACK that arrives in slow start: returns how many of the segments it
 * acknowledges may grow cwnd, and ends slow start by setting ssthresh.
 */
static __always_inline u32 tcptune_hystart(struct tcptune_hystart *hystart, struct tcp_sock *tp,
					   u32 acked)
{
	u32 rtt_us = tp->rack.rtt_us;
	u32 current, last;

	if (tp->snd_ssthresh < TCP_INFINITE_SSTHRESH)
		return acked;
	if (tcptune_round_over(tp, hystart->window_end))
		tcptune_hystart_next_round(hystart, tp);

	current = hystart->current_round_min_rtt_us;
	last = hystart->last_round_min_rtt_us;
	if (!current || rtt_us < current)
		hystart->current_round_min_rtt_us = current = rtt_us;
	if (hystart->rtt_samples < HYSTART_N_RTT_SAMPLE)
		hystart->rtt_samples++;
	if (hystart->rtt_samples == HYSTART_N_RTT_SAMPLE) {
		if (hystart->css_baseline_min_rtt_us) {
			if (current < hystart->css_baseline_min_rtt_us)
				hystart->css_baseline_min_rtt_us = 0; /* the rise didn't last */
		} else if (last && current >= last + tcptune_hystart_threshold_us(last)) {
			hystart->css_baseline_min_rtt_us = current;
			hystart->css_rounds = 0;
		}
	}
	if (!hystart->css_baseline_min_rtt_us)
		return acked;
	acked += hystart->css_remainder;
	hystart->css_remainder = acked % 4;
	return acked / 4;
}

#endif
