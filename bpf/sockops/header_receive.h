/* SPDX-License-Identifier: GPL-2.0 */
/* Header options beyond the handshake, read. */
#ifndef TCPTUNE_HEADER_RECEIVE_H
#define TCPTUNE_HEADER_RECEIVE_H

#include "header_due.h"
#include "header_greet.h"
#include "header_peer.h"

#define OFFSET_SLOT_NS 10000000000ULL /* a clock offset's least is of ten to twenty seconds */

/* The clocks' difference is unknown, but its least over a while has no queue in it. */
static __always_inline u32 queueing_delay(struct tt_header_state *state, u32 clock, u64 now_ns)
{
	u32 offset = (now_ns / 1000 - clock) & CLOCK_MASK;
	u16 slot = now_ns / OFFSET_SLOT_NS;
	u32 least;

	if (!state->peer.heard_ns || (u16)(slot - state->slot) > 1) {
		state->clock_offset[0] = offset;
		state->clock_offset[1] = offset;
	} else if (slot != state->slot) {
		state->clock_offset[1] = state->clock_offset[0];
		state->clock_offset[0] = offset;
	} else if ((s32)(offset - state->clock_offset[0]) << 8 < 0) {
		state->clock_offset[0] = offset;
	}
	state->slot = slot;
	least = state->clock_offset[0];
	if ((s32)(state->clock_offset[1] - least) << 8 < 0)
		least = state->clock_offset[1];
	return (offset - least) & CLOCK_MASK;
}

static __always_inline void hear(struct tt_statistics *st, struct tt_header_state *state,
				 const u8 option[OPTION_MAX])
{
	struct tt_peer *peer = &state->peer;
	u64 now = bpf_ktime_get_ns();
	struct telemetry t;

	get_telemetry(&t, option);
	peer->delay_in = queueing_delay(state, t.clock, now);
	peer->heard_ns = now;
	peer->cwnd = t.cwnd;
	peer->srtt = t.srtt;
	peer->min_rtt = t.min_rtt;
	peer->rate = t.rate;
	peer->retransmits = t.retransmits;
	peer->delay_out = t.delay;
	count_header(st, TT_HDR_RECEIVED + TT_HDR_TELEMETRY);
	count_telemetry(state);
}

/*
 * tcptune's option beyond the handshake: telemetry, or a hello again, of a peer that answered by a
 * SYN cookie or had no room for all of it. Who sends telemetry has heard our hello.
 */
static __always_inline void parse_own(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				      struct tt_header_state *state,
				      const volatile struct tt_settings *s)
{
	u8 option[OPTION_MAX] = {};
	struct hello h;

	switch (load_type(ctx, st, option, 0)) {
	case OPTION_TELEMETRY:
		if (state->flags & TT_HDR_STOPPED || !(state->flags & TT_HDR_ANSWERED))
			return;
		state->negotiated |= state->offered & HDR_BIT(TT_HDR_TELEMETRY);
		if (state->negotiated & HDR_BIT(TT_HDR_TELEMETRY))
			hear(st, state, option);
		break;
	case OPTION_HELLO:
		get_hello(&h, option);
		if (!(state->flags & TT_HDR_ANSWERED))
			state->flags |= TT_HDR_BY_COOKIE;
		greet(ctx, st, state, s, &h, true);
	}
}

/* A segment with options that the kernel doesn't know. Who sends a raw one on data knows it. */
static __always_inline void header_parse(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					 struct tt_header_state *state,
					 const volatile struct tt_settings *s)
{
	struct tcp_sock *tp;

	if (headers & HDR_OWN_BITS && state->offered & HDR_OWN_BITS)
		parse_own(ctx, st, state, s);
	if (headers & HDR_RAW_BITS && state->offered & HDR_RAW_BITS &&
	    !(state->flags & TT_HDR_STOPPED))
		greet_raws(ctx, st, state, load_raws(ctx, 0) & state->offered);
	if (has_header(TT_HDR_USER_TIMEOUT))
		adopt_user_timeout(ctx, st, state, 0);
	tp = tcp_sock_of(ctx);
	if (tp)
		header_due(ctx, state, tp, DATA_BITS);
}

/* A round trip of a connection. */
static __always_inline void header_round(struct bpf_sock_ops *ctx, u64 attachment,
					 const struct tcp_sock *tp)
{
	struct tt_header_state *state = header_own(ctx, attachment);

	if (!state)
		return;
	/* Data has been acknowledged: whoever was to hear the hello again has. */
	if (ctx->state != TCP_SYN_SENT)
		state->flags &= ~TT_HDR_RESEND;
	header_due(ctx, state, tp, DATA_BITS);
}

#endif
