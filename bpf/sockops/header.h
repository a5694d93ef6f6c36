/* SPDX-License-Identifier: GPL-2.0 */
/* The callbacks about header options, by segment. */
#ifndef TCPTUNE_HEADER_H
#define TCPTUNE_HEADER_H

#include "context.h"
#include "header_data.h"
#include "header_handshake.h"

/* Plug-ins' programs, one after the other; each calls the next. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, TT_MAX_RAW);
	__type(key, u32);
	__type(value, u32);
} option_programs SEC(".maps");

const volatile bool plugins;

/* The callbacks that header options need from the start. */
static __always_inline int header_callbacks(void)
{
	return (headers & DATA_BITS ? BPF_SOCK_OPS_RTT_CB_FLAG | BPF_SOCK_OPS_RETRANS_CB_FLAG : 0) |
	       (headers & HDR_RAW_BITS ? BPF_SOCK_OPS_STATE_CB_FLAG : 0);
}

/*
 * Of nested attachments the innermost, which runs first, answers for a listener. There is no state
 * that it could be told by: it leaves a mark where the kernel passes an argument in, and, for these
 * callbacks, takes nothing out.
 */
#define SPOKEN_FOR 0x74740000

static __always_inline bool speaks_for_listener(struct bpf_sock_ops *ctx)
{
	u32 argument = ctx->args[0];

	if ((argument & 0xffff0000) == SPOKEN_FOR)
		return false;
	ctx->reply = argument | SPOKEN_FOR;
	return true;
}

/* A profile without header options: what one with them has left is due no more. */
static __always_inline void header_unused(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_header_state *state;

	if (!ctx->is_fullsock) {
		speaks_for_listener(ctx);
		return;
	}
	state = header_own(ctx, attachment);
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
		if (speaks_for_listener(ctx))
			header_synack(ctx, st, workload, ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB);
		return 0;
	}
	state = header_own(ctx, attachment);
	if (!state)
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

/* Raw options for data are due from the start: a connection may be over in a round trip. */
static __always_inline void header_start(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_header_state *state;
	struct tcp_sock *tp;

	if (!(headers & HDR_RAW_BITS))
		return;
	state = header_own(ctx, attachment);
	tp = tcp_sock_of(ctx);
	if (state && tp)
		header_due(ctx, state, tp, HDR_RAW_BITS);
}

#endif
