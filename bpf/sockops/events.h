/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to connections, told to those who listen (`tcptune events`). Each listener has a
 * ring buffer of its own, put into a slot here; while nobody wants a kind of event, it costs one
 * look at an array. The maps are pinned and shared by all programs, like those of maps.h.
 */
#ifndef TCPTUNE_EVENTS_H
#define TCPTUNE_EVENTS_H

#include <linux/bpf.h>

#include "accounting.h"
#include "callbacks.h"
#include "maps.h"
#include "record.h"

/* By tt_event_control. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TT_EVENT_CONTROL_COUNT);
	__type(key, u32);
	__type(value, u32);
} event_control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TT_EVENT_LISTENERS);
	__type(key, u32);
	__type(value, struct tt_event_slot);
} event_slots SEC(".maps");

struct event_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

/* By slot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, TT_EVENT_LISTENERS);
	__type(key, u32);
	__array(values, struct event_ring);
} event_listeners SEC(".maps");

/* Which kinds anybody wants to hear of. */
static __always_inline u32 listened_kinds(void)
{
	u32 *kinds = bpf_map_lookup_elem(&event_control, &(u32){ TT_EVENT_WANTED });

	return kinds ? *kinds : 0;
}

static __always_inline bool listened(enum tt_event_kind kind)
{
	return listened_kinds() & 1U << kind;
}

/* What hearing of the end of a connection takes where nothing is counted. */
static __always_inline int event_callbacks(void)
{
	if (collect || !(listened_kinds() & (1U << TT_EVENT_CLOSED | 1U << TT_EVENT_FAILED)))
		return 0;
	return BPF_SOCK_OPS_STATE_CB_FLAG;
}

static __always_inline void event_fill(struct tt_event *e, const struct tt_connection *conn,
				       const struct tcp_sock *tp, u64 cookie, u32 kind, u32 options)
{
	struct tt_statistics *st;
	int i;

	__builtin_memset(e, 0, sizeof(*e));
	e->time_ns = bpf_ktime_get_ns();
	e->kind = kind;
	if (kind >= TT_EVENT_HEADER_FIRST)
		e->options = options;
	else
		e->refused = options;
	e->error = tp->inet_conn.icsk_inet.sk.sk_err;
	e->bytes_retransmitted = tp->bytes_retrans;
	e->segments_sent = tp->segs_out;
	e->segments_received = tp->segs_in;
	e->data_segments_sent = tp->data_segs_out;
	describe(&e->connection, conn, tp);
	e->connection.cookie = cookie;
	if (!e->refused)
		return;
	/* Noted on this CPU right before. */
	st = statistics_of(conn->attachment);
	if (!st)
		return;
#pragma unroll
	for (i = 0; i < TT_OPT_COUNT; i++)
		e->refused_errno[i] = st->option_errno[i];
}

/* `options`: which the event is about, by tt_header_option, or which the kernel refused to set. */
static __always_inline void event_emit(const struct tt_connection *conn, const struct tcp_sock *tp,
				       u64 cookie, u32 kind, u32 options)
{
	struct tt_event_slot *listener;
	struct tt_event *e;
	void *ring;
	int i;

#pragma clang loop unroll(disable)
	for (i = 0; i < TT_EVENT_LISTENERS; i++) {
		u32 slot = i;

		listener = bpf_map_lookup_elem(&event_slots, &slot);
		if (!listener || !(listener->kinds & 1U << kind))
			continue;
		ring = bpf_map_lookup_elem(&event_listeners, &slot);
		if (!ring)
			continue;
		e = bpf_ringbuf_reserve(ring, sizeof(*e), 0);
		if (!e) {
			__sync_fetch_and_add(&listener->lost, 1);
			continue;
		}
		event_fill(e, conn, tp, cookie, kind, options);
		bpf_ringbuf_submit(e, 0);
	}
}

/* Out of line: it is called from many places, and seldom. */
/* Not static: the verifier takes it once by itself, not at each place that calls it. */
__noinline int event_tell(struct bpf_sock_ops *ctx, u32 kind, u32 options)
{
	struct bpf_sock *sk = ctx->sk;
	struct tt_connection *conn;
	struct tcp_sock *tp;

	if (!sk)
		return 0;
	conn = bpf_sk_storage_get(&connections, sk, NULL, 0);
	tp = bpf_skc_to_tcp_sock(sk);
	if (conn && tp && conn->attachment)
		event_emit(conn, tp, bpf_get_socket_cookie(ctx), kind, options);
	return 0;
}

/*
 * Something has happened to this socket's connection. `refused`: what the kernel refused to set
 * just now, the flags of tt_connection.
 */
static __always_inline void event(struct bpf_sock_ops *ctx, enum tt_event_kind kind, u32 refused)
{
	if (listened(kind))
		event_tell(ctx, kind, refused >> TT_CONN_REFUSED_SHIFT);
}

/* Something about its header options: `options` says which, a bit per tt_header_option. */
static __always_inline void event_header(struct bpf_sock_ops *ctx, enum tt_event_kind kind,
					 u32 options)
{
	if (listened(kind))
		event_tell(ctx, kind, options);
}

/* The same in an iterator. */
static __always_inline void event_of_socket(struct sock *sk, const struct tcp_sock *tp,
					    const struct tt_connection *conn,
					    enum tt_event_kind kind, u32 refused)
{
	if (listened(kind))
		event_emit(conn, tp, bpf_get_socket_cookie(sk), kind,
			   refused >> TT_CONN_REFUSED_SHIFT);
}

#endif
