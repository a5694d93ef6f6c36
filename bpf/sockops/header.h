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
	if (is_inherited(ctx->bpf_sock_ops_cb_flags))
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags & ~LISTENER_FLAGS);
	state = header_own(ctx, attachment);
	if (state)
		header_lower(ctx, state);
}

/*
 * Functions of their own, and not static ones: the verifier takes each by itself then, instead of
 * every way through one after every way to it. They return callback flags, or nothing that counts.
 */
__noinline int header_on_connect(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				 u64 attachment, u32 flags)
{
	u32 remote[4];

	if (!st)
		return flags;
	remote_of(remote, ctx);
	return header_connect(ctx, st, attachment, remote, flags);
}

__noinline int header_on_accept(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				u64 attachment, u32 rule, u32 flags)
{
	u32 remote[4];

	if (!st)
		return flags;
	remote_of(remote, ctx);
	return header_accepted(ctx, st, attachment, settings_of(rule), remote, flags);
}

__noinline int header_on_established(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				     u64 attachment, u32 rule, u32 flags)
{
	struct tt_header_state *state = header_own(ctx, attachment);

	if (!st || !state)
		return flags;
	return header_connected(ctx, st, state, settings_of(rule), flags);
}

/* The room for a SYN-ACK's options, or their bytes: there is no socket yet. */
__noinline int header_on_synack(struct bpf_sock_ops *ctx, u64 attachment, u32 workload)
{
	bool write = ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB;

	if (speaks_for_listener(ctx))
		header_synack(ctx, write ? statistics_of(attachment) : NULL, attachment, workload,
			      write);
	return 0;
}

__noinline int header_on_syn(struct bpf_sock_ops *ctx, u64 attachment, u32 workload)
{
	struct tt_header_state *state = header_own(ctx, attachment);
	bool write = ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB;

	if (state && ctx->args[0] != BPF_WRITE_HDR_TCP_CURRENT_MSS)
		header_syn(ctx, write ? statistics_of(attachment) : NULL, state, workload, write);
	return 0;
}

__noinline int header_on_room(struct bpf_sock_ops *ctx, u64 attachment, u32 workload)
{
	struct tt_statistics *st = statistics_of(attachment);
	struct tt_header_state *state = header_own(ctx, attachment);

	if (st && state)
		header_reserve(ctx, st, state, workload);
	return 0;
}

__noinline int header_on_send(struct bpf_sock_ops *ctx, u64 attachment, u32 workload)
{
	struct tt_statistics *st = statistics_of(attachment);
	struct tt_header_state *state = header_own(ctx, attachment);

	if (st && state)
		header_write(ctx, st, state, workload);
	return 0;
}

__noinline int header_on_receive(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_statistics *st = statistics_of(attachment);
	struct tt_header_state *state = header_own(ctx, attachment);
	struct tt_connection *conn = own(ctx, attachment);

	if (st && state && conn)
		header_parse(ctx, st, state, settings_of(conn->rule));
	return 0;
}

static __always_inline void header_segment(struct bpf_sock_ops *ctx, u64 attachment, u32 workload)
{
	if (ctx->op == BPF_SOCK_OPS_PARSE_HDR_OPT_CB)
		header_on_receive(ctx, attachment);
	else if (!ctx->is_fullsock)
		header_on_synack(ctx, attachment, workload);
	else if (ctx->state == TCP_SYN_SENT)
		header_on_syn(ctx, attachment, workload);
	else if (ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB)
		header_on_send(ctx, attachment, workload);
	else
		header_on_room(ctx, attachment, workload);
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
