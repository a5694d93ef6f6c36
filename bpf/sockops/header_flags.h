/* SPDX-License-Identifier: GPL-2.0 */
/* The write callback, which connections with header options switch on and off. */
#ifndef TCPTUNE_HEADER_FLAGS_H
#define TCPTUNE_HEADER_FLAGS_H

#include "maps.h"

static __always_inline struct tt_header_state *header_state_of(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct tt_connection *conn;

	if (!sk)
		return NULL;
	conn = bpf_sk_storage_get(&connections, sk, NULL, 0);
	return conn ? &conn->header : NULL;
}

/*
 * The write callback runs for every segment while it is on, so it is on only while something is
 * due. Others' programs may want it, too: one that was on before stays on.
 */
static __always_inline int header_raised(struct tt_header_state *state, int flags)
{
	if (flags & BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG)
		return flags;
	state->flags |= TT_HDR_RAISED;
	return flags | BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
}

static __always_inline void header_raise(struct bpf_sock_ops *ctx, struct tt_header_state *state)
{
	int flags = ctx->bpf_sock_ops_cb_flags;

	if (!(flags & BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG))
		bpf_sock_ops_cb_flags_set(ctx, header_raised(state, flags));
}

static __always_inline void header_lower(struct bpf_sock_ops *ctx, struct tt_header_state *state)
{
	int flags = ctx->bpf_sock_ops_cb_flags;

	if (!(state->flags & TT_HDR_RAISED))
		return;
	state->flags &= ~TT_HDR_RAISED;
	bpf_sock_ops_cb_flags_set(ctx, flags & ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG);
}

#endif
