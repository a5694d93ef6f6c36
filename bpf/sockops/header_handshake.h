/* SPDX-License-Identifier: GPL-2.0 */
/* The handshake: what a SYN offers, what a SYN-ACK answers, what both ends make of it. */
#ifndef TCPTUNE_HEADER_HANDSHAKE_H
#define TCPTUNE_HEADER_HANDSHAKE_H

#include <tcptune/kernel.h>

#include "header_greet.h"
#include "header_listener.h"
#include "header_path.h"
#include "header_place.h"

/* Since 6.2. */
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym __weak;

/* Whether options may come beyond the handshake. */
static __always_inline bool hears_more(const struct tt_header_state *state)
{
	if (state->offered & (HDR_BIT(TT_HDR_TELEMETRY) | HDR_BIT(TT_HDR_USER_TIMEOUT) |
			      HDR_RAW_BITS))
		return true;
	return !(state->flags & TT_HDR_ANSWERED) || !(state->peer.workload | state->peer.profile);
}

/*
 * Callbacks for what may come later, options that the kernel doesn't know, and for what the next
 * segment takes along: the user timeout once more, since the SYN's is lost on a peer that has
 * answered with a cookie, and the hello.
 */
static __always_inline int header_established(struct tt_header_state *state, int flags)
{
	/* Not after a SYN that had to go without. */
	if (has_header(TT_HDR_USER_TIMEOUT) && !(state->flags & TT_HDR_FELL_BACK))
		state->want |= state->offered & HDR_BIT(TT_HDR_USER_TIMEOUT);
	if (state->want || state->flags & TT_HDR_RESEND)
		flags = header_raised(state, flags);
	return hears_more(state) ? flags | BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG : flags;
}

/* An outbound connection starts: the callbacks that it needs for its SYN. */
static __always_inline int header_connect(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					  struct tt_header_state *state, u64 attachment, int flags)
{
	const struct tt_refusal *refusal;
	u32 allowed = headers_allowed(ctx);

	if (state->flags & TT_HDR_RAISED) /* an earlier connection's of the same socket */
		flags &= ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
	header_begin(state, attachment);
	if (!allowed)
		return flags;
	refusal = path_find(ctx);
	if (refusal)
		state->flags |= TT_HDR_STRUCK;
	if (path_refuses(refusal)) {
		state->flags |= TT_HDR_WITHHELD;
		count_header(st, TT_HDR_REFUSED);
		event_header(ctx, TT_EVENT_HEADER_WITHHELD, allowed);
		return flags;
	}
	state->offered = allowed;
	return header_raised(state, flags);
}

/* A SYN goes out, for the first time or again. */
static __always_inline void header_syn(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				       struct tt_header_state *state, u32 workload, bool write)
{
	struct greeting g = {
		.attachment = state->attachment,
		.allowed = state->offered,
		.asked = HDR_RAW_BITS,
		.where = TT_HDR_ON_SYN,
		.hello = true,
		.write = write,
	};

	if (!write && state->hellos) {
		/* Not answered: perhaps because of what it carried. */
		state->flags |= TT_HDR_FELL_BACK;
		st = statistics_of(state->attachment);
		if (st)
			count_header(st, TT_HDR_FALLBACKS);
		event_header(ctx, TT_EVENT_HEADER_FALLBACK, state->offered);
		header_lower(ctx, state);
		return;
	}
	if (!place_all(ctx, st, &g, workload))
		state->flags |= TT_HDR_RESEND;
	if (write) {
		state->hellos++;
		if (st)
			count_header(st, TT_HDR_OFFERED);
	}
}

/*
 * A SYN-ACK that wasn't answered goes again without options: perhaps the path drops them. Only
 * the first is made with the SYN at hand. Kernels before 6.2 don't tell.
 */
static __always_inline bool is_sent_again(struct bpf_sock_ops *ctx)
{
	struct bpf_sock_ops_kern *kernel;

	if (!bpf_cast_to_kern_ctx)
		return false;
	kernel = bpf_cast_to_kern_ctx(ctx);
	return !kernel->syn_skb;
}

/* A SYN-ACK goes out; there is no socket yet. It answers what the SYN asked. */
static __always_inline void header_synack(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					  u64 attachment, u32 workload, bool write)
{
	struct greeting g = {
		.attachment = attachment,
		.where = TT_HDR_ON_SYNACK,
		.cookie = (u16)ctx->args[0] == BPF_WRITE_HDR_TCP_SYNACK_COOKIE,
		.write = write,
	};
	u8 option[OPTION_MAX] = {};
	long length;

	if (is_sent_again(ctx))
		return;
	g.allowed = headers_allowed(ctx);
	if (!g.allowed)
		return;
	/* The bytes are asked for only where there was room: then the SYN had a hello. */
	g.hello = write;
	if (headers & HDR_OWN_BITS && !(write && !(headers & ~HDR_OWN_BITS))) {
		length = load_own(ctx, option, BPF_LOAD_HDR_OPT_TCP_SYN);
		g.hello = length >= HELLO_MIN && option[4] == (OPTION_VERSION << 4 | OPTION_HELLO) &&
			  is_well_formed(option);
	}
	if (headers & HDR_RAW_BITS)
		g.asked = load_raws(ctx, BPF_LOAD_HDR_OPT_TCP_SYN);
	place_all(ctx, st, &g, workload);
}

/* The SYN-ACK has come. */
static __always_inline int header_connected(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					    struct tt_header_state *state,
					    const volatile struct tt_settings *s, int flags)
{
	u32 raws = 0;
	bool answered = false;
	struct hello h;

	if (!state->offered)
		return flags;
	if (state->flags & TT_HDR_RAISED) {
		state->flags &= ~TT_HDR_RAISED;
		flags &= ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
	}
	if (headers & HDR_OWN_BITS && load_hello(ctx, st, &h, 0)) {
		answered = true;
		if (h.flags & HELLO_COOKIE)
			state->flags |= TT_HDR_RESEND;
		greet(ctx, st, state, s, &h, true);
	}
	if (headers & HDR_RAW_BITS) {
		raws = load_raws(ctx, 0);
		greet_raws(ctx, st, state, raws);
	}
	if (has_header(TT_HDR_USER_TIMEOUT))
		adopt_user_timeout(ctx, st, state, 0);
	state->hellos = 0;
	if (!answered)
		state->flags &= ~TT_HDR_RESEND;
	if (state->flags & TT_HDR_FELL_BACK && !answered && !raws)
		path_strike(ctx, false);
	else if (state->flags & TT_HDR_STRUCK)
		path_accepts(ctx);
	if (!answered && !raws && !(state->flags & TT_HDR_FELL_BACK) &&
	    headers & (HDR_OWN_BITS | HDR_RAW_BITS)) {
		count_header(st, TT_HDR_UNANSWERED);
		event_header(ctx, TT_EVENT_HEADER_UNANSWERED, state->offered);
	}
	return header_established(state, flags);
}

/*
 * The handshake of an inbound connection is complete. The SYN is kept, except in a cookie: then
 * the peer has been asked to repeat its hello, on the ACK that ends the handshake and after.
 */
static __always_inline int header_accepted(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					   struct tt_header_state *state, u64 attachment,
					   const volatile struct tt_settings *s, int flags)
{
	bool inherited, again, early = ctx->skb_tcp_flags & TCPHDR_SYN;
	struct tcp_sock *tp = tcp_sock_of(ctx);
	u32 allowed = headers_allowed(ctx);
	struct hello h;

	/* A connection of Fast Open is there before its SYN-ACK, which is written on its behalf. */
	inherited = is_inherited(flags);
	if (inherited)
		flags &= early ? ~LISTENER_MARK : ~LISTENER_FLAGS;
	header_begin(state, attachment);
	if (inherited && early)
		state->flags = TT_HDR_RAISED;
	if (!allowed)
		return flags;
	state->offered = allowed;
	again = tp && tp->total_retrans;
	if (again) /* the SYN-ACK, without options: perhaps the peer has never seen them */
		state->flags |= TT_HDR_FELL_BACK;
	if (headers & HDR_OWN_BITS) {
		if (load_hello(ctx, st, &h, BPF_LOAD_HDR_OPT_TCP_SYN)) {
			greet(ctx, st, state, s, &h, !again);
		} else if (load_hello(ctx, st, &h, 0)) {
			state->flags |= TT_HDR_BY_COOKIE;
			greet(ctx, st, state, s, &h, true);
		}
	}
	if (identity_later && state->flags & TT_HDR_ANSWERED && !again &&
	    allowed & HDR_BIT(TT_HDR_IDENTITY))
		state->flags |= TT_HDR_RESEND;
	if (headers & HDR_RAW_BITS && !again)
		greet_raws(ctx, st, state, load_raws(ctx, BPF_LOAD_HDR_OPT_TCP_SYN));
	if (has_header(TT_HDR_USER_TIMEOUT) &&
	    !adopt_user_timeout(ctx, st, state, BPF_LOAD_HDR_OPT_TCP_SYN))
		adopt_user_timeout(ctx, st, state, 0);
	return header_established(state, flags);
}

#endif
