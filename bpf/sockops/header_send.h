/* SPDX-License-Identifier: GPL-2.0 */
/* Header options beyond the handshake, written: the room on a segment first, then the bytes. */
#ifndef TCPTUNE_HEADER_SEND_H
#define TCPTUNE_HEADER_SEND_H

#include "events.h"
#include "header_due.h"
#include "header_place.h"
#include "header_watch.h"

#define HELLOS_MOST 4 /* repeated after a cookie */

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

#endif
