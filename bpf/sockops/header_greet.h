/* SPDX-License-Identifier: GPL-2.0 */
/* Header options of the handshake, read: what the peer says in it holds from then on. */
#ifndef TCPTUNE_HEADER_GREET_H
#define TCPTUNE_HEADER_GREET_H

#include "events.h"
#include "header_peer.h"
#include "header_state.h"
#include "header_wire.h"
#include "settings.h"

/* TCP_TIMEOUT_MIN and what the kernel lets a program set as the least RTO. */
#define RTO_MIN_JIFFIES 2
#define RTO_MIN_MOST 200000 /* us */

/* Length of tcptune's option in the segment, or of `flags` in the SYN; negative: none. */
static __always_inline long load_own(struct bpf_sock_ops *ctx, u8 option[OPTION_MAX], u64 flags)
{
	option[0] = KIND_EXPERIMENT;
	option[1] = EXPERIMENT_HEADER;
	put16(option + 2, OPTION_EXID);
	return bpf_load_hdr_opt(ctx, option, OPTION_MAX, flags);
}

/* The raw options that a segment has. */
__noinline u32 load_raws(struct bpf_sock_ops *ctx, u64 flags)
{
	u8 option[OPTION_MAX] = {};
	u32 found = 0;
	int i;

#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (!has_header(i))
			continue;
		option[0] = header[i].bytes[0];
		option[1] = header[i].head == EXPERIMENT_HEADER ? EXPERIMENT_HEADER : 0;
		option[2] = header[i].bytes[2];
		option[3] = header[i].bytes[3];
		if (bpf_load_hdr_opt(ctx, option, OPTION_MAX, flags) >= 2)
			found |= HDR_BIT(i);
	}
	return found;
}

/* tcptune's option in the segment, or of `flags` in the SYN: its type; 0: none to heed. */
static __always_inline u32 load_type(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				     u8 option[OPTION_MAX], u64 flags)
{
	long length = load_own(ctx, option, flags);

	if (length <= 0)
		return 0;
	if (length > EXPERIMENT_HEADER && option[4] >> 4 != OPTION_VERSION) {
		count_header(st, TT_HDR_UNKNOWN_VERSION);
		event_header(ctx, TT_EVENT_HEADER_UNKNOWN_VERSION, 0);
		return 0;
	}
	if (length < HELLO_MIN || !is_well_formed(option)) {
		count_header(st, TT_HDR_MALFORMED);
		event_header(ctx, TT_EVENT_HEADER_MALFORMED, 0);
		return 0;
	}
	return option[4] & 15;
}

static __always_inline bool load_hello(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				       struct hello *h, u64 flags)
{
	u8 option[OPTION_MAX] = {};

	if (load_type(ctx, st, option, flags) != OPTION_HELLO)
		return false;
	get_hello(h, option);
	return true;
}

/*
 * RFC 5482, 3.1: the longer of what both ends advertise, for who left it to us; the profile's own
 * is the lower limit, and never below the RTO. A timeout that someone else has set stays. False:
 * the segment has none.
 */
static __always_inline bool adopt_user_timeout(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					       struct tt_header_state *state, u64 flags)
{
	u32 *adopted = &state->last[TT_HDR_USER_TIMEOUT];
	u8 option[OPTION_MAX] = { KIND_USER_TIMEOUT };
	u32 seconds, ms, now = 0;
	struct tcp_sock *tp;
	long length;

	length = bpf_load_hdr_opt(ctx, option, OPTION_MAX, flags);
	if (length < 0)
		return false;
	seconds = get16(option + 2) & 0x7fff;
	if (length != USER_TIMEOUT_LEN || !seconds) {
		count_header(st, TT_HDR_MALFORMED);
		event_header(ctx, TT_EVENT_HEADER_MALFORMED, HDR_BIT(TT_HDR_USER_TIMEOUT));
		return true;
	}
	count_header(st, TT_HDR_RECEIVED + TT_HDR_USER_TIMEOUT);
	if (option[2] & 0x80)
		seconds *= 60;
	if (seconds < header[TT_HDR_USER_TIMEOUT].value)
		seconds = header[TT_HDR_USER_TIMEOUT].value;
	ms = seconds * 1000;
	tp = tcp_sock_of(ctx);
	if (tp && (u64)tp->inet_conn.icsk_rto * jiffy_us >= (u64)ms * 1000)
		ms = tp->inet_conn.icsk_rto * jiffy_us / 1000 + 1;
	if (bpf_getsockopt(ctx, SOL_TCP, TCP_USER_TIMEOUT, &now, sizeof(now)) ||
	    (now && now != *adopted) || now == ms)
		return true;
	*adopted = ms;
	set(ctx, st, SOL_TCP, TCP_USER_TIMEOUT, TT_OPT_USER_TIMEOUT, ms);
	return true;
}

/* A peer that delays ACKs no longer than this needs no longer a timeout beside the RTT. */
static __always_inline void adopt_ack_delay(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					    const volatile struct tt_settings *s, u32 ack_delay)
{
	u32 least = RTO_MIN_JIFFIES * jiffy_us, rto_min = ack_delay + jiffy_us;

	count_header(st, TT_HDR_RECEIVED + TT_HDR_DELAYED_ACK);
	if (rto_min < least)
		rto_min = least;
	if (rto_min < RTO_MIN_MOST && !has(s, TT_OPT_MIN_RTO))
		set(ctx, st, SOL_TCP, TCP_BPF_RTO_MIN, TT_OPT_MIN_RTO, rto_min);
}

/* The options that a hello has. */
static __always_inline u32 told(const struct hello *h)
{
	return (h->flags & HELLO_TELEMETRY ? HDR_BIT(TT_HDR_TELEMETRY) : 0) |
	       (h->flags & HELLO_ACK_DELAY ? HDR_BIT(TT_HDR_DELAYED_ACK) : 0) |
	       (h->flags & HELLO_IDENTITY ? HDR_BIT(TT_HDR_IDENTITY) : 0);
}

/*
 * The peer speaks tcptune's option: what it said holds from here on. `heard`: it has certainly got
 * ours, too. Where the first hello had no room for it, the identity comes with a second.
 */
static __always_inline void greet(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				  struct tt_header_state *state,
				  const volatile struct tt_settings *s, const struct hello *h,
				  bool heard)
{
	bool first = !(state->flags & TT_HDR_ANSWERED);
	bool named = state->peer.workload || state->peer.profile;

	state->flags |= TT_HDR_ANSWERED;
	if (h->flags & HELLO_TELEMETRY && heard && !(state->flags & TT_HDR_STOPPED))
		state->negotiated |= state->offered & HDR_BIT(TT_HDR_TELEMETRY);
	if (h->flags & HELLO_IDENTITY && !named) {
		count_header(st, TT_HDR_RECEIVED + TT_HDR_IDENTITY);
		if (!first)
			count_peer(state, -1);
		state->peer.workload = h->workload;
		state->peer.profile = h->profile;
		if (!first)
			count_peer(state, 1);
	}
	if (!first)
		return;
	count_header(st, TT_HDR_NEGOTIATED);
	count_peer(state, 1);
	event_header(ctx, TT_EVENT_HEADER_NEGOTIATED, state->offered & told(h));
	if (!(h->flags & HELLO_ACK_DELAY) || !has_header(TT_HDR_DELAYED_ACK) ||
	    !(state->offered & HDR_BIT(TT_HDR_DELAYED_ACK)))
		return;
	if (!has(s, TT_OPT_MAX_DELACK) ||
	    (u32)s->value[TT_OPT_MAX_DELACK] > header[TT_HDR_DELAYED_ACK].value)
		set(ctx, st, SOL_TCP, TCP_BPF_DELACK_MAX, TT_OPT_MAX_DELACK,
		    header[TT_HDR_DELAYED_ACK].value);
	if (!heard) /* then it doesn't know that it may hold it */
		return;
	state->negotiated |= HDR_BIT(TT_HDR_DELAYED_ACK);
	adopt_ack_delay(ctx, st, s, h->ack_delay);
}

/* The raw options that the peer knows, too. */
static __always_inline void greet_raws(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				       struct tt_header_state *state, u32 found)
{
	u32 more = state->offered & found & ~state->negotiated;
	int i;

	if (more) {
		state->negotiated |= more;
		event_header(ctx, TT_EVENT_HEADER_NEGOTIATED, more);
	}
#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && found & HDR_BIT(i))
			count_header(st, TT_HDR_RECEIVED + i);
	}
}

#endif
