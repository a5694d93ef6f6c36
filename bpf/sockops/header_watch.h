/* SPDX-License-Identifier: GPL-2.0 */
/* Whether segments with options get through; on a path that drops them there are no more. */
#ifndef TCPTUNE_HEADER_WATCH_H
#define TCPTUNE_HEADER_WATCH_H

#include "events.h"
#include "header_due.h"
#include "header_path.h"
#include "header_wire.h"

#define TCP_HEADER 20
#define LOSSES_MOST 4   /* in a row, until it is taken for the path's doing */
#define SENT_AGAIN 0x80 /* in `losses`: the segment watched is itself one sent again */

/* Whether it has data, or a FIN: what is sent again until it's acknowledged. */
static __always_inline bool is_reliable(struct bpf_sock_ops *ctx)
{
	const u8 *tcp = (void *)(long)ctx->skb_data;
	u32 length = ctx->skb_len, flags, header_length = 0;

	HELD(length);
	flags = ctx->skb_tcp_flags;
	HELD(flags);
	if (ctx->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS || flags & TCPHDR_FIN)
		return true;
	if (ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB) {
		if (tcp + TCP_HEADER > (u8 *)(long)ctx->skb_data_end)
			return false;
		header_length = tcp[12] >> 4 << 2;
	}
	return length > header_length;
}

/*
 * Whether segments with options get through is watched on one at a time, the earliest: on data,
 * which is acknowledged or has to be sent again.
 */
static __always_inline void watch_path(struct bpf_sock_ops *ctx, struct tt_header_state *state,
				       const struct tcp_sock *tp)
{
	const u8 *tcp = (void *)(long)ctx->skb_data;
	u32 first;

	if (state->probe && (s32)(tp->snd_una - state->probe) > 0) {
		state->probe = 0;
		state->losses = 0;
	}
	if (!is_reliable(ctx) || tcp + TCP_HEADER > (u8 *)(long)ctx->skb_data_end)
		return;
	first = get32(tcp + 4);
	if (state->probe && (s32)(first - state->probe) >= 0)
		return;
	state->probe = first;
	/* The kernel tells of a segment that is sent again right after it was. */
	if ((s32)(first - tp->snd_nxt) < 0)
		state->losses |= SENT_AGAIN;
	else
		state->losses &= ~SENT_AGAIN;
}

/* A segment is sent again. */
static __always_inline void header_lost(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_header_state *state = header_own(ctx, attachment);
	struct tt_statistics *st;

	if (!state || !state->probe || ctx->args[0] != state->probe)
		return;
	if (state->losses & SENT_AGAIN) {
		state->losses &= ~SENT_AGAIN;
		return;
	}
	state->probe = 0;
	if (++state->losses < LOSSES_MOST)
		return;
	event_header(ctx, TT_EVENT_HEADER_ABANDONED, state->negotiated);
	state->flags |= TT_HDR_STOPPED;
	state->negotiated = 0;
	state->want = 0;
	header_lower(ctx, state);
	st = statistics_of(attachment);
	if (st)
		count_header(st, TT_HDR_ABANDONED);
	path_strike(ctx, true);
}

#endif
