/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a profile's header options are, who may get them, and what is kept of each connection.
 * Those that it doesn't have are false constants at load, and the verifier removes the code.
 */
#ifndef TCPTUNE_HEADER_STATE_H
#define TCPTUNE_HEADER_STATE_H

#include "accounting.h"
#include "context.h"
#include "header_flags.h"

const volatile u32 headers; /* in use, a bit per tt_header_option */
const volatile bool headers_by_peer; /* some have prefixes */
const volatile u32 headers_any_peer; /* those without */
const volatile u32 profile_identity;
/* A handshake has no room for it beside the others: it follows in a second hello. */
const volatile bool identity_later;
const volatile u32 raw_identity; /* tells one profile's raw options from another's */
const volatile struct tt_header_setting header[TT_HDR_COUNT];

#define HDR_BIT(option) (1U << (option))
#define HDR_RAW_BITS (HDR_BIT(TT_HDR_COUNT) - HDR_BIT(TT_HDR_RAW))
/* What tcptune's own option carries. */
#define HDR_OWN_BITS \
	(HDR_BIT(TT_HDR_TELEMETRY) | HDR_BIT(TT_HDR_IDENTITY) | HDR_BIT(TT_HDR_DELAYED_ACK))

/* User space puts at every prefix all options that go to it, shorter prefixes' included. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct remote_key);
	__type(value, u64);
} header_peers SEC(".maps");

static __always_inline bool has_header(enum tt_header_option option)
{
	return headers & HDR_BIT(option);
}

static __always_inline void count_header(struct tt_statistics *st, u32 counter)
{
	if (counter < TT_HDR_COUNTER_COUNT)
		__sync_fetch_and_add(&st->header[counter], 1);
}

/* The options that the remote address may get. */
static __always_inline u32 headers_allowed(struct bpf_sock_ops *ctx)
{
	struct remote_key key = { .prefix_length = 128 };
	u64 *more;

	if (!headers_by_peer)
		return headers;
	remote_of(key.address, ctx);
	more = bpf_map_lookup_elem(&header_peers, &key);
	return headers & (headers_any_peer | (more ? *more : 0));
}

/* A connection starts; its state is zero. */
static __always_inline void header_begin(struct tt_header_state *state, u64 attachment)
{
	state->flags = 0; /* but for what an earlier one of the same socket has raised */
	state->attachment = attachment;
	state->raws = raw_identity;
}

/* Of what was negotiated under another profile stays what this one means the same by. */
static __always_inline void header_refresh(struct tt_header_state *state)
{
	if (state->raws != raw_identity) {
		state->raws = raw_identity;
		state->offered &= ~HDR_RAW_BITS;
		state->negotiated &= ~HDR_RAW_BITS;
		state->want &= ~HDR_RAW_BITS;
	}
	state->offered &= headers;
	state->negotiated &= headers;
	state->want &= headers;
}

/*
 * The socket's state if it is this attachment's. What an attachment that is gone wanted is due no
 * more.
 */
static __always_inline struct tt_header_state *header_own(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_header_state *state = header_state_of(ctx);

	if (!state)
		return NULL;
	if (state->attachment != attachment) {
		if (!statistics_of(state->attachment))
			header_lower(ctx, state);
		return NULL;
	}
	header_refresh(state);
	return state;
}

static __always_inline u32 now_us(void)
{
	return bpf_ktime_get_ns() / 1000;
}

#endif
