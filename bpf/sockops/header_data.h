/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Header options beyond the handshake. A round trip, or the peer's own telemetry, says that
 * something is due; the next segment that leaves, data or ACK, takes it along. The callbacks
 * for the room and the bytes are on only in between.
 */
#ifndef TCPTUNE_HEADER_DATA_H
#define TCPTUNE_HEADER_DATA_H

#include "header_handshake.h"

#define SHORTEST_US 1000 /* between two of the same option */
#define TCP_HEADER 20
#define HELLOS_MOST 4    /* repeated after a cookie */
#define LOSSES_MOST 4    /* in a row, until it is taken for the path's doing */
#define SENT_AGAIN 0x80  /* in `losses`: the segment watched is itself one sent again */
#define DATA_BITS (HDR_BIT(TT_HDR_TELEMETRY) | HDR_RAW_BITS)
#define OFFSET_SLOT_NS 10000000000ULL /* a clock offset's least is of ten to twenty seconds */

static __always_inline bool is_due(const struct tt_header_state *state, const struct tcp_sock *tp,
				   u32 index, u32 now)
{
	const volatile struct tt_header_setting *s = &header[index];
	u32 passed, least = SHORTEST_US;

	switch (s->every) {
	case TT_HDR_EVERY_SEGMENT:
		return true;
	case TT_HDR_EVERY_SEGMENTS:
		return tp->data_segs_out - state->last[index] >= s->interval;
	case TT_HDR_EVERY_INTERVAL:
		least = s->interval;
		break;
	default:
		/* Half of it: this is called once per round trip, or by the peer's telemetry. */
		if (tp->srtt_us >> 4 > least)
			least = tp->srtt_us >> 4;
	}
	passed = now - state->last[index];
	return passed >= least;
}

/* Of every segment's, a pure ACK has what has come due since the last: see wanted(). */
static __always_inline void mark_acks(struct tt_header_state *state, u32 want)
{
	int i;

#pragma unroll
	for (i = 0; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && header[i].every == TT_HDR_EVERY_SEGMENT && want & HDR_BIT(i))
			state->last[i] = 1;
	}
}

/* Marks what is due, of `which`. */
static __always_inline void header_due(struct bpf_sock_ops *ctx, struct tt_header_state *state,
				       const struct tcp_sock *tp, u32 which)
{
	u32 now = now_us();
	u32 want = 0;
	int i;

	if (!(state->negotiated & DATA_BITS & which))
		return;
	if (has_header(TT_HDR_TELEMETRY) &&
	    which & state->negotiated & HDR_BIT(TT_HDR_TELEMETRY) &&
	    is_due(state, tp, TT_HDR_TELEMETRY, now))
		want |= HDR_BIT(TT_HDR_TELEMETRY);
#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && header[i].on & TT_HDR_ON_DATA &&
		    state->negotiated & HDR_BIT(i) && is_due(state, tp, i, now))
			want |= HDR_BIT(i);
	}
	if (!want)
		return;
	mark_acks(state, want);
	state->want |= want;
	header_raise(ctx, state);
}

/* Options for a FIN wait for it: an earlier segment may still go out. */
static __always_inline u32 fin_bits(const struct tt_header_state *state)
{
	u32 bits = 0;
	int i;

#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && header[i].on & TT_HDR_ON_FIN)
			bits |= HDR_BIT(i);
	}
	return bits & state->negotiated;
}

/* The connection is being closed: a FIN is about to be made. */
static __always_inline void header_closing(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_header_state *state = header_own(ctx, attachment);

	if (state && fin_bits(state))
		header_raise(ctx, state);
}

static __always_inline bool is_closing(struct bpf_sock_ops *ctx)
{
	u32 state = ctx->state;

	return state == TCP_FIN_WAIT1 || state == TCP_LAST_ACK || state == TCP_CLOSING;
}

/* Once nothing is due, the kernel needn't ask any more. */
static __always_inline void header_done(struct bpf_sock_ops *ctx, struct tt_header_state *state,
					bool fin)
{
	if (!state->want && !(state->flags & TT_HDR_RESEND) &&
	    (fin || !is_closing(ctx) || !fin_bits(state)))
		header_lower(ctx, state);
}

/* Room for an option; without, it's skipped, and due again a round trip later. */
static __always_inline void reserve(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				    struct tt_header_state *state, u32 index, u32 length)
{
	if (!bpf_reserve_hdr_opt(ctx, length, 0) || ctx->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS)
		return;
	count_header(st, TT_HDR_SKIPPED + index);
	event_header(ctx, TT_EVENT_HEADER_SKIPPED, HDR_BIT(index));
	if (header[index].every == TT_HDR_EVERY_SEGMENT)
		return;
	state->want &= ~HDR_BIT(index);
	if (header[index].every != TT_HDR_EVERY_SEGMENTS)
		state->last[index] = now_us();
}

static __always_inline struct greeting repeated(const struct tt_header_state *state, bool write)
{
	return (struct greeting){
		.attachment = state->attachment,
		.allowed = state->offered,
		.hello = true,
		.write = write,
	};
}

/* Whether it has data, or a FIN: what is sent again until it's acknowledged. */
static __always_inline bool is_reliable(struct bpf_sock_ops *ctx)
{
	const u8 *tcp = (void *)(long)ctx->skb_data;
	u32 length = ctx->skb_len, flags, header_length = 0;

	HELD(length);
	flags = ctx->skb_tcp_flags;
	HELD(flags);
	if (ctx->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS || flags & TCPHDR_FIN)
		return true;
	if (ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB) {
		if (tcp + TCP_HEADER > (u8 *)(long)ctx->skb_data_end)
			return false;
		header_length = tcp[12] >> 4 << 2;
	}
	return length > header_length;
}

/*
 * Of what goes on every segment, a pure ACK has what has come due since: no loss of an ACK is ever
 * noticed, and were all of them lost, so would be the connection.
 */
static __always_inline u32 not_on_acks(const struct tt_header_state *state)
{
	u32 bits = 0;
	int i;

#pragma unroll
	for (i = 0; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && header[i].every == TT_HDR_EVERY_SEGMENT && !state->last[i])
			bits |= HDR_BIT(i);
	}
	return bits;
}

/*
 * What goes on a segment that isn't there yet has to be known when the MSS is: a FIN may ride on a
 * full one.
 */
static __always_inline u32 wanted(struct bpf_sock_ops *ctx, const struct tt_header_state *state)
{
	bool fin = ctx->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS ?
			   is_closing(ctx) :
			   ctx->skb_tcp_flags & TCPHDR_FIN;
	u32 want = state->want | (fin ? fin_bits(state) : 0);

	return is_reliable(ctx) ? want : want & ~not_on_acks(state);
}

/*
 * The ACK that ends the handshake: the peer waits for it, so that nothing but a hello that it has
 * asked for may keep it from getting through.
 */
static __always_inline bool ends_handshake(struct bpf_sock_ops *ctx, const struct tcp_sock *tp)
{
	return !tp->bytes_received && tp->bytes_acked <= 1 /* the SYN */ && !is_reliable(ctx);
}

/* Telemetry waits for what goes only once. */
static __always_inline bool goes_telemetry(const struct tt_header_state *state, u32 want)
{
	return has_header(TT_HDR_TELEMETRY) && want & HDR_BIT(TT_HDR_TELEMETRY) &&
	       !(want & HDR_BIT(TT_HDR_USER_TIMEOUT)) && !(state->flags & TT_HDR_RESEND);
}

static __always_inline void header_reserve(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					   struct tt_header_state *state, u32 workload)
{
	struct tcp_sock *tp = tcp_sock_of(ctx);
	u32 want;
	int i;

	/* What timed out goes without: if the path drops options, this gets through. */
	if (!tp || tp->inet_conn.icsk_retransmits)
		return;
	want = wanted(ctx, state);
	if (headers & HDR_OWN_BITS && state->flags & TT_HDR_RESEND) {
		struct greeting g = repeated(state, false);

		place_hello(ctx, st, &g, workload);
	}
	if (ends_handshake(ctx, tp))
		return;
	if (goes_telemetry(state, want))
		reserve(ctx, st, state, TT_HDR_TELEMETRY, TELEMETRY_LEN);
	if (has_header(TT_HDR_USER_TIMEOUT) && want & HDR_BIT(TT_HDR_USER_TIMEOUT))
		reserve(ctx, st, state, TT_HDR_USER_TIMEOUT, USER_TIMEOUT_LEN);
#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		if (has_header(i) && want & HDR_BIT(i))
			reserve(ctx, st, state, i, header[i].length);
	}
	header_done(ctx, state, false);
}

/* What was reserved is written; `last` is when, or at which segment. */
static __always_inline void sent(struct tt_statistics *st, struct tt_header_state *state,
				 const struct tcp_sock *tp, u32 index)
{
	count_header(st, TT_HDR_SENT + index);
	if (header[index].every == TT_HDR_EVERY_SEGMENT) {
		state->last[index] = 0;
		return;
	}
	state->want &= ~HDR_BIT(index);
	state->last[index] = header[index].every == TT_HDR_EVERY_SEGMENTS ? tp->data_segs_out :
									    now_us();
}

/*
 * Whether segments with options get through is watched on one at a time, the earliest: on data,
 * which is acknowledged or has to be sent again.
 */
static __always_inline void watch_path(struct bpf_sock_ops *ctx, struct tt_header_state *state,
				       const struct tcp_sock *tp)
{
	const u8 *tcp = (void *)(long)ctx->skb_data;
	u32 first;

	if (state->probe && (s32)(tp->snd_una - state->probe) > 0) {
		state->probe = 0;
		state->losses = 0;
	}
	if (!is_reliable(ctx) || tcp + TCP_HEADER > (u8 *)(long)ctx->skb_data_end)
		return;
	first = get32(tcp + 4);
	if (state->probe && (s32)(first - state->probe) >= 0)
		return;
	state->probe = first;
	/* The kernel tells of a segment that is sent again right after it was. */
	if ((s32)(first - tp->snd_nxt) < 0)
		state->losses |= SENT_AGAIN;
	else
		state->losses &= ~SENT_AGAIN;
}

/* A segment is sent again. */
static __always_inline void header_lost(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_header_state *state = header_own(ctx, attachment);
	struct tt_statistics *st;
	u32 remote[4];

	if (!state || !state->probe || ctx->args[0] != state->probe)
		return;
	if (state->losses & SENT_AGAIN) {
		state->losses &= ~SENT_AGAIN;
		return;
	}
	state->probe = 0;
	if (++state->losses < LOSSES_MOST)
		return;
	event_header(ctx, TT_EVENT_HEADER_ABANDONED, state->negotiated);
	state->flags |= TT_HDR_STOPPED;
	state->negotiated = 0;
	state->want = 0;
	header_lower(ctx, state);
	st = statistics_of(attachment);
	if (st)
		count_header(st, TT_HDR_ABANDONED);
	remote_of(remote, ctx);
	path_strike(ctx, remote, true);
}

static __always_inline void write_telemetry(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					    struct tt_header_state *state,
					    const struct tcp_sock *tp)
{
	struct telemetry t = {
		.cwnd = tp->snd_cwnd,
		.srtt = tp->srtt_us >> 3,
		.min_rtt = tp->rtt_min.s[0].v,
		.rate = delivery_rate(tp),
		.retransmits = tp->total_retrans,
		.clock = now_us() & CLOCK_MASK,
		.delay = state->peer.heard_ns ? state->peer.delay_in : NOT_KNOWN,
	};
	u8 option[TELEMETRY_LEN];

	put_telemetry(option, &t);
	if (bpf_store_hdr_opt(ctx, option, sizeof(option), 0))
		return;
	sent(st, state, tp, TT_HDR_TELEMETRY);
}

static __always_inline void header_write(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					 struct tt_header_state *state, u32 workload)
{
	bool fin = ctx->skb_tcp_flags & TCPHDR_FIN;
	struct tcp_sock *tp = tcp_sock_of(ctx);
	u32 want;
	int i;

	if (!tp)
		return;
	want = wanted(ctx, state);
	state->plugins = 0;
	if (headers & DATA_BITS)
		watch_path(ctx, state, tp);
	if (headers & HDR_OWN_BITS && state->flags & TT_HDR_RESEND) {
		struct greeting g = repeated(state, true);

		place_hello(ctx, st, &g, workload);
		count_header(st, TT_HDR_RESENT);
		if (++state->hellos >= HELLOS_MOST)
			state->flags &= ~TT_HDR_RESEND;
	} else if (goes_telemetry(state, want)) {
		write_telemetry(ctx, st, state, tp);
	}
	if (has_header(TT_HDR_USER_TIMEOUT) && want & HDR_BIT(TT_HDR_USER_TIMEOUT)) {
		struct greeting g = repeated(state, true);

		place_user_timeout(ctx, st, &g);
		state->want &= ~HDR_BIT(TT_HDR_USER_TIMEOUT);
	}
#pragma unroll
	for (i = TT_HDR_RAW; i < TT_HDR_COUNT; i++) {
		u32 length = header[i].length;

		if (!has_header(i) || !(want & HDR_BIT(i)) || length < 2 || length > TT_RAW_LEN)
			continue;
		if (header[i].value & TT_HDR_RAW_PLUGIN) {
			state->plugins |= HDR_BIT(i); /* after this */
			sent(st, state, tp, i);
		} else if (!bpf_store_hdr_opt(ctx, (const void *)header[i].bytes, length, 0))
			sent(st, state, tp, i);
	}
	header_done(ctx, state, fin);
}

/* The clocks' difference is unknown, but its least over a while has no queue in it. */
static __always_inline u32 queueing_delay(struct tt_header_state *state, u32 clock, u64 now_ns)
{
	u32 offset = (now_ns / 1000 - clock) & CLOCK_MASK;
	u16 slot = now_ns / OFFSET_SLOT_NS;
	u32 least;

	if (!state->peer.heard_ns || (u16)(slot - state->slot) > 1) {
		state->clock_offset[0] = offset;
		state->clock_offset[1] = offset;
	} else if (slot != state->slot) {
		state->clock_offset[1] = state->clock_offset[0];
		state->clock_offset[0] = offset;
	} else if ((s32)(offset - state->clock_offset[0]) << 8 < 0) {
		state->clock_offset[0] = offset;
	}
	state->slot = slot;
	least = state->clock_offset[0];
	if ((s32)(state->clock_offset[1] - least) << 8 < 0)
		least = state->clock_offset[1];
	return (offset - least) & CLOCK_MASK;
}

static __always_inline void hear(struct tt_statistics *st, struct tt_header_state *state,
				 const u8 option[OPTION_MAX])
{
	struct tt_peer *peer = &state->peer;
	u64 now = bpf_ktime_get_ns();
	struct telemetry t;

	get_telemetry(&t, option);
	peer->delay_in = queueing_delay(state, t.clock, now);
	peer->heard_ns = now;
	peer->cwnd = t.cwnd;
	peer->srtt = t.srtt;
	peer->min_rtt = t.min_rtt;
	peer->rate = t.rate;
	peer->retransmits = t.retransmits;
	peer->delay_out = t.delay;
	count_header(st, TT_HDR_RECEIVED + TT_HDR_TELEMETRY);
	count_telemetry(state);
}

/*
 * tcptune's option beyond the handshake: telemetry, or a hello again, of a peer that answered by a
 * SYN cookie or had no room for all of it. Who sends telemetry has heard our hello.
 */
static __always_inline void parse_own(struct bpf_sock_ops *ctx, struct tt_statistics *st,
				      struct tt_header_state *state,
				      const volatile struct tt_settings *s)
{
	u8 option[OPTION_MAX] = {};
	struct hello h;

	switch (load_type(ctx, st, option, 0)) {
	case OPTION_TELEMETRY:
		if (state->flags & TT_HDR_STOPPED || !(state->flags & TT_HDR_ANSWERED))
			return;
		state->negotiated |= state->offered & HDR_BIT(TT_HDR_TELEMETRY);
		if (state->negotiated & HDR_BIT(TT_HDR_TELEMETRY))
			hear(st, state, option);
		break;
	case OPTION_HELLO:
		get_hello(&h, option);
		if (!(state->flags & TT_HDR_ANSWERED))
			state->flags |= TT_HDR_BY_COOKIE;
		greet(ctx, st, state, s, &h, true);
	}
}

/* A segment with options that the kernel doesn't know. Who sends a raw one on data knows it. */
static __always_inline void header_parse(struct bpf_sock_ops *ctx, struct tt_statistics *st,
					 struct tt_header_state *state,
					 const volatile struct tt_settings *s)
{
	struct tcp_sock *tp;

	if (headers & HDR_OWN_BITS && state->offered & HDR_OWN_BITS)
		parse_own(ctx, st, state, s);
	if (headers & HDR_RAW_BITS && state->offered & HDR_RAW_BITS &&
	    !(state->flags & TT_HDR_STOPPED))
		greet_raws(ctx, st, state, load_raws(ctx, 0) & state->offered);
	if (has_header(TT_HDR_USER_TIMEOUT))
		adopt_user_timeout(ctx, st, state, 0);
	tp = tcp_sock_of(ctx);
	if (tp)
		header_due(ctx, state, tp, DATA_BITS);
}

/* A round trip of a connection. */
static __always_inline void header_round(struct bpf_sock_ops *ctx, u64 attachment,
					 const struct tcp_sock *tp)
{
	struct tt_header_state *state = header_own(ctx, attachment);

	if (!state)
		return;
	/* Data has been acknowledged: whoever was to hear the hello again has. */
	if (ctx->state != TCP_SYN_SENT)
		state->flags &= ~TT_HDR_RESEND;
	header_due(ctx, state, tp, DATA_BITS);
}

#endif
