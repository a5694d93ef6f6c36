/* SPDX-License-Identifier: GPL-2.0 */
/* Header options, as the policy has them: by callback. */
#ifndef TCPTUNE_HEADER_H
#define TCPTUNE_HEADER_H

#include "context.h"
#include "header_handshake.h"
#include "header_receive.h"
#include "header_send.h"

#ifdef WITH_PLUGINS
/* Plug-ins' programs, one after the other; each calls the next. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, TT_MAX_RAW);
	__type(key, u32);
	__type(value, u32);
} option_programs SEC(".maps");
#endif

/* The callbacks that header options need from the start. */
static __always_inline int header_callbacks(void)
{
	return (headers & DATA_BITS ? BPF_SOCK_OPS_RTT_CB_FLAG | BPF_SOCK_OPS_RETRANS_CB_FLAG : 0) |
	       (headers & HDR_RAW_BITS ? BPF_SOCK_OPS_STATE_CB_FLAG : 0);
}

/*
 * Functions of their own, and not static ones: the verifier takes each by itself then, instead of
 * every way through one after every way to it. They return callback flags, or nothing that counts.
 */
__noinline int header_on_start(struct bpf_sock_ops *ctx, struct tt_statistics *st,
			       struct tt_connection *conn, u32 flags)
{
	if (!st || !conn)
		return flags;
	return conn->flags & TT_CONN_PASSIVE ?
		       header_accepted(ctx, st, &conn->header, conn->attachment,
				       settings_of(conn->rule), flags) :
		       header_connect(ctx, st, &conn->header, conn->attachment, flags);
}

__noinline int header_on_established(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				     struct tt_connection *conn, u32 flags)
{
	struct tt_header_state *state;

	if (!st || !conn)
		return flags;
	state = &conn->header;
	if (state->attachment != conn->attachment)
		return flags;
	header_refresh(state);
	return header_connected(ctx, st, state, settings_of(conn->rule), flags);
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
	struct tt_connection *conn = own(ctx, attachment);

	if (!st || !conn || conn->header.attachment != attachment)
		return 0;
	header_refresh(&conn->header);
	header_parse(ctx, st, &conn->header, settings_of(conn->rule));
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

/* SYN-ACKs are written on the listener's behalf; it is no connection of anyone's. */
static __always_inline void header_listening(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct bpf_sock *sk = ctx->sk;
	struct tt_header_state *state;

	if (!sk || !speaks_for_listener(ctx))
		return;
	state = bpf_sk_storage_get(&header_options, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (state)
		bpf_sock_ops_cb_flags_set(
			ctx, header_listen(ctx, state, attachment, ctx->bpf_sock_ops_cb_flags));
}

/* What the programs of plug-ins' options are called for, after this one. */
static __always_inline bool has_plugin_work(u32 op)
{
	return op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB || op == BPF_SOCK_OPS_PARSE_HDR_OPT_CB ||
	       op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB ||
	       op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB;
}

/* A tail call, even one not taken, makes every call of every function of the program slower. */
static __always_inline void header_plugins(struct bpf_sock_ops *ctx)
{
#ifdef WITH_PLUGINS
	if (has_plugin_work(ctx->op))
		bpf_tail_call(ctx, &option_programs, 0);
#endif
}

#endif
