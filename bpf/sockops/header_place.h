/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Header options of the handshake, written. The kernel asks for the room first and for the bytes
 * later, once per segment; a SYN-ACK is made for no socket yet, so that nothing can be kept from
 * one to the other: both go through the same steps and come to the same result.
 */
#ifndef TCPTUNE_HEADER_PLACE_H
#define TCPTUNE_HEADER_PLACE_H

#include "events.h"
#include "header_state.h"
#include "header_wire.h"

/* A segment of a handshake. */
struct greeting {
	u64 attachment;
	u32 allowed; /* options that this address may get */
	u32 asked;   /* of the raw ones, a SYN-ACK's: those that the SYN had */
	u8 where;    /* TT_HDR_ON_SYN or TT_HDR_ON_SYNACK */
	bool hello;
	bool cookie;
	bool write; /* or only reserve */
};

static __always_inline long place(struct bpf_sock_ops *ctx, const struct greeting *g,
				  const void *option, u32 length)
{
	return g->write ? bpf_store_hdr_opt(ctx, option, length, 0) :
			  bpf_reserve_hdr_opt(ctx, length, 0);
}

/* `st` is NULL where room is reserved: there's seldom something to count. */
static __always_inline void placed(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				   const struct greeting *g, u32 option, bool done)
{
	if (done && g->write) {
		if (st)
			count_header(st, TT_HDR_SENT + option);
	} else if (!done && !g->write) {
		st = statistics_of(g->attachment);
		if (st)
			count_header(st, TT_HDR_SKIPPED + option);
		event_header(ctx, TT_EVENT_HEADER_SKIPPED, HDR_BIT(option));
	}
}

static __always_inline void own_hello(struct hello *h, u32 allowed, u32 workload)
{
	u32 which = header[TT_HDR_IDENTITY].value;

	h->flags = allowed & HDR_BIT(TT_HDR_TELEMETRY) ? HELLO_TELEMETRY : 0;
	h->ack_delay = 0;
	h->workload = 0;
	h->profile = 0;
	if (allowed & HDR_BIT(TT_HDR_DELAYED_ACK)) {
		h->flags |= HELLO_ACK_DELAY;
		h->ack_delay = header[TT_HDR_DELAYED_ACK].value;
	}
	if (allowed & HDR_BIT(TT_HDR_IDENTITY)) {
		h->flags |= HELLO_IDENTITY;
		h->workload = which & TT_HDR_IDENTITY_WORKLOAD ? workload : 0;
		h->profile = which & TT_HDR_IDENTITY_PROFILE ? profile_identity : 0;
	}
}

static __always_inline long place_as(struct bpf_sock_ops *ctx, const struct greeting *g,
				     const struct hello *h)
{
	u8 option[OPTION_MAX];

	if (!g->write)
		return bpf_reserve_hdr_opt(ctx, hello_length(h->flags), 0);
	return bpf_store_hdr_opt(ctx, option, put_hello(option, h), 0);
}

/* True: the whole of it is there. Where that doesn't fit, it goes without the identity. */
static __always_inline bool place_hello(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					const struct greeting *g, u32 workload)
{
	bool whole, later;
	struct hello h;
	long error;

	own_hello(&h, g->allowed, workload);
	later = identity_later && g->where && h.flags & HELLO_IDENTITY;
	if (later)
		h.flags &= ~HELLO_IDENTITY;
	if (g->cookie)
		h.flags |= HELLO_COOKIE;
	error = place_as(ctx, g, &h);
	whole = !error && !later;
	if (error && h.flags & HELLO_IDENTITY) {
		h.flags &= ~HELLO_IDENTITY;
		error = place_as(ctx, g, &h);
	}
	if (h.flags & HELLO_ACK_DELAY)
		placed(ctx, st, g, TT_HDR_DELAYED_ACK, !error);
	if (g->allowed & HDR_BIT(TT_HDR_IDENTITY) && !later)
		placed(ctx, st, g, TT_HDR_IDENTITY, whole);
	return whole;
}

static __always_inline void place_user_timeout(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					       const struct greeting *g)
{
	u32 seconds = header[TT_HDR_USER_TIMEOUT].value;
	u8 option[USER_TIMEOUT_LEN] = { KIND_USER_TIMEOUT, USER_TIMEOUT_LEN };

	put16(option + 2, seconds <= 0x7fff ? seconds : 0x8000 | seconds / 60);
	placed(ctx, st, g, TT_HDR_USER_TIMEOUT, !place(ctx, g, option, sizeof(option)));
}

/* Its value, or, where that goes on other segments only, its ExID alone: do you know it? */
static __always_inline void place_raw(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				      const struct greeting *g, u32 index)
{
	const volatile struct tt_header_setting *s = &header[index];
	const void *bytes = (const void *)s->bytes;
	u8 option[TT_RAW_LEN];
	u32 length = s->length;

	/* Without volatile they would be the constants that they are before they are set: zeros. */
	asm volatile("" : "+r"(bytes));
	__builtin_memcpy(option, bytes, sizeof(option));
	if (!(s->on & g->where)) {
		if (!(s->on & (TT_HDR_ON_DATA | TT_HDR_ON_FIN)) || s->head != EXPERIMENT_HEADER)
			return;
		length = EXPERIMENT_HEADER;
		option[1] = EXPERIMENT_HEADER;
	}
	if (g->write && s->value & TT_HDR_RAW_PLUGIN && length > EXPERIMENT_HEADER) {
		if (g->where == TT_HDR_ON_SYNACK)
			ctx->reply = ctx->args[0] | TT_HDR_PLUGIN_DUE(index);
		placed(ctx, st, g, index, true); /* by the plug-in, after this */
	} else if (length >= 2 && length <= TT_RAW_LEN) {
		placed(ctx, st, g, index, !place(ctx, g, option, length));
	}
}

/* True: nothing of the hello had to be left out. */
static __always_inline bool place_all(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				      const struct greeting *g, u32 workload)
{
	bool whole = true;
	int i;

	if (headers & HDR_OWN_BITS && g->allowed & HDR_OWN_BITS && g->hello)
		whole = place_hello(ctx, st, g, workload);
	if (has_header(TT_HDR_USER_TIMEOUT) && g->allowed & HDR_BIT(TT_HDR_USER_TIMEOUT))
		place_user_timeout(ctx, st, g);
#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && g->allowed & g->asked & HDR_BIT(i))
			place_raw(ctx, st, g, i);
	}
	return whole;
}

#endif
