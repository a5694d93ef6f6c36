/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Header options beyond the handshake: when. A round trip, or the peer's own telemetry, says that
 * something is due; the next segment that leaves, data or ACK, takes it along. The callbacks
 * for the room and the bytes are on only in between.
 */
#ifndef TCPTUNE_HEADER_DUE_H
#define TCPTUNE_HEADER_DUE_H

#include "context.h"
#include "header_flags.h"
#include "header_state.h"

#define SHORTEST_US 1000 /* between two of the same option */
#define DATA_BITS (HDR_BIT(TT_HDR_TELEMETRY) | HDR_RAW_BITS)

static __always_inline bool is_due(const struct tt_header_state *state, const struct tcp_sock *tp,
				   u32 index, u32 now)
{
	const volatile struct tt_header_setting *s = &header[index];
	u32 passed, least = SHORTEST_US;

	switch (s->every) {
	case TT_HDR_EVERY_SEGMENT:
		return true;
	case TT_HDR_EVERY_SEGMENTS:
		return tp->data_segs_out - state->last[index] >= s->interval;
	case TT_HDR_EVERY_INTERVAL:
		least = s->interval;
		break;
	default:
		/* Half of it: this is called once per round trip, or by the peer's telemetry. */
		if (tp->srtt_us >> 4 > least)
			least = tp->srtt_us >> 4;
	}
	passed = now - state->last[index];
	return passed >= least;
}

/* Of every segment's, a pure ACK has what has come due since the last: see wanted(). */
static __always_inline void mark_acks(struct tt_header_state *state, u32 want)
{
	int i;

#pragma unroll
	for (i = 0; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && header[i].every == TT_HDR_EVERY_SEGMENT && want & HDR_BIT(i))
			state->last[i] = 1;
	}
}

/* Marks what is due, of `which`. */
static __always_inline void header_due(struct bpf_sock_ops *ctx, struct tt_header_state *state,
				       const struct tcp_sock *tp, u32 which)
{
	u32 now = now_us();
	u32 want = 0;
	int i;

	if (!(state->negotiated & DATA_BITS & which))
		return;
	if (has_header(TT_HDR_TELEMETRY) &&
	    which & state->negotiated & HDR_BIT(TT_HDR_TELEMETRY) &&
	    is_due(state, tp, TT_HDR_TELEMETRY, now))
		want |= HDR_BIT(TT_HDR_TELEMETRY);
#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && header[i].on & TT_HDR_ON_DATA &&
		    state->negotiated & HDR_BIT(i) && is_due(state, tp, i, now))
			want |= HDR_BIT(i);
	}
	if (!want)
		return;
	mark_acks(state, want);
	state->want |= want;
	header_raise(ctx, state);
}

/* Options for a FIN wait for it: an earlier segment may still go out. */
static __always_inline u32 fin_bits(const struct tt_header_state *state)
{
	u32 bits = 0;
	int i;

#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && header[i].on & TT_HDR_ON_FIN)
			bits |= HDR_BIT(i);
	}
	return bits & state->negotiated;
}

/* The connection is being closed: a FIN is about to be made. */
static __always_inline void header_closing(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_header_state *state = header_own(ctx, attachment);

	if (state && fin_bits(state))
		header_raise(ctx, state);
}

static __always_inline bool is_closing(struct bpf_sock_ops *ctx)
{
	u32 state = ctx->state;

	return state == TCP_FIN_WAIT1 || state == TCP_LAST_ACK || state == TCP_CLOSING;
}

/* Once nothing is due, the kernel needn't ask any more. */
static __always_inline void header_done(struct bpf_sock_ops *ctx, struct tt_header_state *state,
					bool fin)
{
	if (!state->want && !(state->flags & TT_HDR_RESEND) &&
	    (fin || !is_closing(ctx) || !fin_bits(state)))
		header_lower(ctx, state);
}

#endif
