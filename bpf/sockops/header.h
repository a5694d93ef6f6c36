/* SPDX-License-Identifier: GPL-2.0 */
/* The callbacks about header options, by segment. */
#ifndef TCPTUNE_HEADER_H
#define TCPTUNE_HEADER_H

#include "context.h"
#include "header_data.h"
#include "header_handshake.h"

/* The callbacks that header options need from the start. */
static __always_inline int header_callbacks(void)
{
	return (headers & DATA_BITS ? BPF_SOCK_OPS_RTT_CB_FLAG : 0) |
	       (headers & HDR_RAW_BITS ? BPF_SOCK_OPS_STATE_CB_FLAG : 0);
}

/* A profile without header options has taken over from one with: nothing is due any more. */
static __always_inline void header_unused(struct bpf_sock_ops *ctx)
{
	struct tt_header_state *state = header_state_of(ctx, 0);

	if (state)
		header_lower(ctx, state);
}

static __always_inline void header_outgoing(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					    struct tt_header_state *state, u32 workload)
{
	bool write = ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB;

	if (ctx->state == TCP_SYN_SENT) {
		if (ctx->args[0] != BPF_WRITE_HDR_TCP_CURRENT_MSS)
			header_syn(ctx, st, state, workload, write);
	} else if (write) {
		header_write(ctx, st, state, workload);
	} else {
		header_reserve(ctx, st, state, workload);
	}
}

/* Not inlined: the only one that every callback would carry along. */
static __noinline int header_segment(struct bpf_sock_ops *ctx, u64 attachment, u32 workload)
{
	struct tt_statistics *st = statistics_of(attachment);
	struct tt_header_state *state;
	struct tt_connection *conn;

	if (!st)
		return 0;
	if (ctx->op != BPF_SOCK_OPS_PARSE_HDR_OPT_CB && !ctx->is_fullsock) {
		header_synack(ctx, st, workload, ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB);
		return 0;
	}
	state = header_state_of(ctx, 0);
	if (!state || state->attachment != attachment)
		return 0;
	if (ctx->op == BPF_SOCK_OPS_PARSE_HDR_OPT_CB) {
		conn = own(ctx, attachment);
		if (conn)
			header_parse(ctx, st, state, settings_of(conn->rule));
	} else {
		header_outgoing(ctx, st, state, workload);
	}
	return 0;
}

#endif
