/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What header.h has, for profiles without header options: most, whose programs are small for it.
 * What is left is to switch off what a profile with some has left behind.
 */
#ifndef TCPTUNE_HEADER_NONE_H
#define TCPTUNE_HEADER_NONE_H

#include "header_listener.h"

enum { headers = 0, DATA_BITS = 0, HDR_RAW_BITS = 0 };

static __always_inline int header_callbacks(void)
{
	return 0;
}

static __always_inline int header_on_start(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					   struct tt_connection *conn, u32 flags)
{
	return flags;
}

static __always_inline int header_on_established(struct bpf_sock_ops *ctx,
						 struct tt_statistics *st,
						 struct tt_connection *conn, u32 flags)
{
	return flags;
}

static __always_inline void header_start(struct bpf_sock_ops *ctx, u64 attachment)
{
}

static __always_inline void header_round(struct bpf_sock_ops *ctx, u64 attachment,
					 const struct tcp_sock *tp)
{
}

static __always_inline void header_lost(struct bpf_sock_ops *ctx, u64 attachment)
{
}

static __always_inline void header_closing(struct bpf_sock_ops *ctx, u64 attachment)
{
}

static __always_inline void header_listening(struct bpf_sock_ops *ctx, u64 attachment)
{
	if (ctx->sk)
		speaks_for_listener(ctx);
}

static __always_inline void header_plugins(struct bpf_sock_ops *ctx)
{
}

static __always_inline void header_segment(struct bpf_sock_ops *ctx, u64 attachment, u32 workload)
{
	struct tt_header_state *state;

	if (!ctx->is_fullsock) {
		speaks_for_listener(ctx);
		return;
	}
	if (is_inherited(ctx->bpf_sock_ops_cb_flags))
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags & ~LISTENER_FLAGS);
	state = header_state_of(ctx);
	if (state && (state->attachment == attachment || !statistics_of(state->attachment)))
		header_lower(ctx, state);
}

#endif
