/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Header options of the handshake: what a SYN offers, what a SYN-ACK answers, what both ends
 * make of it. The kernel asks for the room first and for the bytes later, once per segment; a
 * SYN-ACK is made for no socket yet, so that nothing can be kept from one to the other: both go
 * through the same steps and come to the same result.
 */
#ifndef TCPTUNE_HEADER_HANDSHAKE_H
#define TCPTUNE_HEADER_HANDSHAKE_H

#include <tcptune/kernel.h>

#include "events.h"
#include "header_path.h"
#include "header_peer.h"
#include "header_state.h"
#include "header_wire.h"
#include "settings.h"

#define TCPHDR_FIN 1
#define TCPHDR_SYN 2

/* TCP_TIMEOUT_MIN and what the kernel lets a program set as the least RTO. */
#define RTO_MIN_JIFFIES 2
#define RTO_MIN_MOST 200000 /* us */

/* Since 6.2. */
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym __weak;

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

/* Length of tcptune's option in the segment, or of `flags` in the SYN; negative: none. */
static __always_inline long load_own(struct bpf_sock_ops *ctx, u8 option[OPTION_MAX], u64 flags)
{
	option[0] = KIND_EXPERIMENT;
	option[1] = EXPERIMENT_HEADER;
	put16(option + 2, OPTION_EXID);
	return bpf_load_hdr_opt(ctx, option, OPTION_MAX, flags);
}

/* The raw options that a segment has. */
__noinline u32 load_raws(struct bpf_sock_ops *ctx, u64 flags)
{
	u8 option[OPTION_MAX] = {};
	u32 found = 0;
	int i;

#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (!has_header(i))
			continue;
		option[0] = header[i].bytes[0];
		option[1] = header[i].head == EXPERIMENT_HEADER ? EXPERIMENT_HEADER : 0;
		option[2] = header[i].bytes[2];
		option[3] = header[i].bytes[3];
		if (bpf_load_hdr_opt(ctx, option, OPTION_MAX, flags) >= 2)
			found |= HDR_BIT(i);
	}
	return found;
}

/* tcptune's option in the segment, or of `flags` in the SYN: its type; 0: none to heed. */
static __always_inline u32 load_type(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				     u8 option[OPTION_MAX], u64 flags)
{
	long length = load_own(ctx, option, flags);

	if (length <= 0)
		return 0;
	if (length > EXPERIMENT_HEADER && option[4] >> 4 != OPTION_VERSION) {
		count_header(st, TT_HDR_UNKNOWN_VERSION);
		event_header(ctx, TT_EVENT_HEADER_UNKNOWN_VERSION, 0);
		return 0;
	}
	if (length < HELLO_MIN || !is_well_formed(option)) {
		count_header(st, TT_HDR_MALFORMED);
		event_header(ctx, TT_EVENT_HEADER_MALFORMED, 0);
		return 0;
	}
	return option[4] & 15;
}

static __always_inline bool load_hello(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				       struct hello *h, u64 flags)
{
	u8 option[OPTION_MAX] = {};

	if (load_type(ctx, st, option, flags) != OPTION_HELLO)
		return false;
	get_hello(h, option);
	return true;
}

/*
 * RFC 5482, 3.1: the longer of what both ends advertise, for who left it to us; the profile's own
 * is the lower limit, and never below the RTO. A timeout that someone else has set stays. False:
 * the segment has none.
 */
static __always_inline bool adopt_user_timeout(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					       struct tt_header_state *state, u64 flags)
{
	u32 *adopted = &state->last[TT_HDR_USER_TIMEOUT];
	u8 option[OPTION_MAX] = { KIND_USER_TIMEOUT };
	u32 seconds, ms, now = 0;
	struct tcp_sock *tp;
	long length;

	length = bpf_load_hdr_opt(ctx, option, OPTION_MAX, flags);
	if (length < 0)
		return false;
	seconds = get16(option + 2) & 0x7fff;
	if (length != USER_TIMEOUT_LEN || !seconds) {
		count_header(st, TT_HDR_MALFORMED);
		event_header(ctx, TT_EVENT_HEADER_MALFORMED, HDR_BIT(TT_HDR_USER_TIMEOUT));
		return true;
	}
	count_header(st, TT_HDR_RECEIVED + TT_HDR_USER_TIMEOUT);
	if (option[2] & 0x80)
		seconds *= 60;
	if (seconds < header[TT_HDR_USER_TIMEOUT].value)
		seconds = header[TT_HDR_USER_TIMEOUT].value;
	ms = seconds * 1000;
	tp = tcp_sock_of(ctx);
	if (tp && (u64)tp->inet_conn.icsk_rto * jiffy_us >= (u64)ms * 1000)
		ms = tp->inet_conn.icsk_rto * jiffy_us / 1000 + 1;
	if (bpf_getsockopt(ctx, SOL_TCP, TCP_USER_TIMEOUT, &now, sizeof(now)) ||
	    (now && now != *adopted) || now == ms)
		return true;
	*adopted = ms;
	set(ctx, st, SOL_TCP, TCP_USER_TIMEOUT, TT_OPT_USER_TIMEOUT, ms);
	return true;
}

/* A peer that delays ACKs no longer than this needs no longer a timeout beside the RTT. */
static __always_inline void adopt_ack_delay(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					    const volatile struct tt_settings *s, u32 ack_delay)
{
	u32 least = RTO_MIN_JIFFIES * jiffy_us, rto_min = ack_delay + jiffy_us;

	count_header(st, TT_HDR_RECEIVED + TT_HDR_DELAYED_ACK);
	if (rto_min < least)
		rto_min = least;
	if (rto_min < RTO_MIN_MOST && !has(s, TT_OPT_MIN_RTO))
		set(ctx, st, SOL_TCP, TCP_BPF_RTO_MIN, TT_OPT_MIN_RTO, rto_min);
}

/* The options that a hello has. */
static __always_inline u32 told(const struct hello *h)
{
	return (h->flags & HELLO_TELEMETRY ? HDR_BIT(TT_HDR_TELEMETRY) : 0) |
	       (h->flags & HELLO_ACK_DELAY ? HDR_BIT(TT_HDR_DELAYED_ACK) : 0) |
	       (h->flags & HELLO_IDENTITY ? HDR_BIT(TT_HDR_IDENTITY) : 0);
}

/*
 * The peer speaks tcptune's option: what it said holds from here on. `heard`: it has certainly got
 * ours, too. Where the first hello had no room for it, the identity comes with a second.
 */
static __always_inline void greet(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				  struct tt_header_state *state,
				  const volatile struct tt_settings *s, const struct hello *h,
				  bool heard)
{
	bool first = !(state->flags & TT_HDR_ANSWERED);
	bool named = state->peer.workload || state->peer.profile;

	state->flags |= TT_HDR_ANSWERED;
	if (h->flags & HELLO_TELEMETRY && heard && !(state->flags & TT_HDR_STOPPED))
		state->negotiated |= state->offered & HDR_BIT(TT_HDR_TELEMETRY);
	if (h->flags & HELLO_IDENTITY && !named) {
		count_header(st, TT_HDR_RECEIVED + TT_HDR_IDENTITY);
		if (!first)
			count_peer(state, -1);
		state->peer.workload = h->workload;
		state->peer.profile = h->profile;
		if (!first)
			count_peer(state, 1);
	}
	if (!first)
		return;
	count_header(st, TT_HDR_NEGOTIATED);
	count_peer(state, 1);
	event_header(ctx, TT_EVENT_HEADER_NEGOTIATED, state->offered & told(h));
	if (!(h->flags & HELLO_ACK_DELAY) || !has_header(TT_HDR_DELAYED_ACK) ||
	    !(state->offered & HDR_BIT(TT_HDR_DELAYED_ACK)))
		return;
	if (!has(s, TT_OPT_MAX_DELACK) ||
	    (u32)s->value[TT_OPT_MAX_DELACK] > header[TT_HDR_DELAYED_ACK].value)
		set(ctx, st, SOL_TCP, TCP_BPF_DELACK_MAX, TT_OPT_MAX_DELACK,
		    header[TT_HDR_DELAYED_ACK].value);
	if (!heard) /* then it doesn't know that it may hold it */
		return;
	state->negotiated |= HDR_BIT(TT_HDR_DELAYED_ACK);
	adopt_ack_delay(ctx, st, s, h->ack_delay);
}

/* The raw options that the peer knows, too. */
static __always_inline void greet_raws(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				       struct tt_header_state *state, u32 found)
{
	u32 more = state->offered & found & ~state->negotiated;
	int i;

	if (more) {
		state->negotiated |= more;
		event_header(ctx, TT_EVENT_HEADER_NEGOTIATED, more);
	}
#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && found & HDR_BIT(i))
			count_header(st, TT_HDR_RECEIVED + i);
	}
}

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
					  u64 attachment, const u32 remote[4], int flags)
{
	const struct tt_refusal *refusal;
	struct tt_header_state *state;
	u32 allowed = headers_for(remote);

	state = header_state_of(ctx);
	if (!state)
		return flags;
	if (state->flags & TT_HDR_RAISED) /* an earlier connection's of the same socket */
		flags &= ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
	header_begin(state, attachment);
	if (!allowed)
		return flags;
	refusal = path_find(ctx, remote);
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
	u32 remote[4];
	long length;

	if (is_sent_again(ctx))
		return;
	remote_of(remote, ctx);
	g.allowed = headers_for(remote);
	if (!g.allowed)
		return;
	if (headers & HDR_OWN_BITS) {
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
	u32 remote[4], raws = 0;
	bool answered = false;
	struct hello h;

	if (!state->offered)
		return flags;
	remote_of(remote, ctx);
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
		path_strike(ctx, remote, false);
	else if (state->flags & TT_HDR_STRUCK)
		path_accepts(ctx, remote);
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
					   u64 attachment, const volatile struct tt_settings *s,
					   const u32 remote[4], int flags)
{
	u32 allowed = headers_for(remote);
	struct tt_header_state *state;
	struct hello h;

	bool inherited, again, early = ctx->skb_tcp_flags & TCPHDR_SYN;
	struct tcp_sock *tp = tcp_sock_of(ctx);

	state = header_state_of(ctx);
	if (!state)
		return flags;
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

/*
 * A listener: `target` is its sockops context or, in an iterator, the socket. The callback
 * writes SYN-ACKs, and the SYN is kept for when the connection is accepted.
 */
static __always_inline bool keep_syns(void *target)
{
	int kept = 0, on = 1;

	return !bpf_getsockopt(target, SOL_TCP, TCP_SAVE_SYN, &kept, sizeof(kept)) && !kept &&
	       !bpf_setsockopt(target, SOL_TCP, TCP_SAVE_SYN, &on, sizeof(on));
}

static __always_inline int header_listen(void *target, struct tt_header_state *state,
					 u64 attachment, int flags)
{
	state->attachment = attachment;
	if (keep_syns(target))
		state->flags |= TT_HDR_SAVES_SYN;
	if (!(flags & LISTENER_FLAGS)) {
		state->flags |= TT_HDR_MARKED;
		flags |= LISTENER_MARK;
	}
	return header_raised(state, flags);
}

#endif
