/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A profile, put on cgroups: chooses each connection's settings, sets them, counts what becomes
 * of it. One load per profile serves any number of cgroups. Compiled three times: what a profile
 * doesn't need costs nothing to verify and to run.
 *
 * A connection belongs to one attachment: with nested cgroups to the innermost, whose program
 * the kernel runs first. Listening sockets are left as they are, so that connections accepted
 * after a detach are as if nothing had been attached.
 */
#ifndef TCPTUNE_POLICY_H
#define TCPTUNE_POLICY_H

#include <tcptune/histogram.h>
#include <tcptune/kernel.h>

#include "accounting.h"
#include "callbacks.h"
#include "context.h"
#include "events.h"
#include "maps.h"
#include "match.h"
#include "settings.h"

#ifdef WITH_HEADER_OPTIONS
#include "header.h"
#else
#include "header_none.h"
#endif

/*
 * A connection starts: it's ours unless an inner attachment, still in force, has taken it.
 *
 * Not inlined, like others that need much of the stack: its 512 bytes are for all functions that
 * are called within each other.
 */
__noinline int start(struct bpf_sock_ops *ctx, u64 attachment, u32 inbound)
{
	struct tt_statistics *st = statistics_of(attachment);
	const volatile struct tt_settings *s;
	struct bpf_sock *sk = ctx->sk;
	struct tt_connection *conn;
	struct flow flow = {};
	u8 raised;
	int flags;
	u32 rule;

	if (!st || !sk)
		return 0;
	flow_of(&flow, ctx, inbound);
	rule = match_rule(&flow);
	s = settings_of(rule);
	conn = bpf_sk_storage_get(&connections, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (conn) {
		if (conn->attachment && conn->attachment != attachment &&
		    statistics_of(conn->attachment))
			return 0;
		raised = conn->header.flags & TT_HDR_RAISED;
		__builtin_memset(conn, 0, sizeof(*conn));
		conn->header.flags = raised;
		conn->attachment = attachment;
		conn->opened_ns = bpf_ktime_get_ns();
		conn->rule = rule;
		conn->flags = inbound ? TT_CONN_PASSIVE : 0;
	} else {
		count(st, TT_UNTRACKED);
	}
	set_at_start(ctx, st, conn, s, ctx->family, is_mapped(ctx->family, flow.remote));
	if (inbound)
		set_when_established(ctx, st, conn, s);
	if (!conn)
		return 0;
	if (!collect)
		conn->flags |= TT_CONN_UNCOUNTED;
	event(ctx, TT_EVENT_OPENED, conn->flags);
	if (collect || headers || event_callbacks()) {
		/* Others' programs may have set flags of theirs: add ours. */
		flags = ctx->bpf_sock_ops_cb_flags | callbacks() | header_callbacks() |
			event_callbacks();
		if (headers)
			flags = header_on_start(ctx, st, conn, flags);
		bpf_sock_ops_cb_flags_set(ctx, flags);
	}
	if (inbound) {
		header_start(ctx, attachment);
		event(ctx, TT_EVENT_ESTABLISHED, 0);
	}
	if (!collect)
		return 0;
	count(st, inbound ? TT_PASSIVE_OPENED : TT_ACTIVE_OPENED);
	if (rule <= TT_MAX_RULES)
		__sync_fetch_and_add(&st->rule_connections[rule], 1);
	return 0;
}

__noinline int established(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_connection *conn = own(ctx, attachment);
	const volatile struct tt_settings *s;
	struct tt_statistics *st;
	u32 before;

	if (!conn)
		return 0;
	before = conn->flags;
	st = statistics_of(attachment);
	if (!st)
		return 0;
	s = settings_of(conn->rule);
	set_when_established(ctx, st, conn, s);
	if (headers) {
		bpf_sock_ops_cb_flags_set(
			ctx, header_on_established(ctx, st, conn, ctx->bpf_sock_ops_cb_flags));
		header_start(ctx, attachment);
	}
	event(ctx, TT_EVENT_ESTABLISHED, conn->flags & ~before);
	return 0;
}

static __always_inline void sample(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_connection *conn = own(ctx, attachment);
	struct tt_statistics *st;
	struct tcp_sock *tp;
	u64 rate;
	u32 rtt;
	u16 now;

	if (!conn)
		return;
	st = statistics_of(attachment);
	tp = tcp_sock_of(ctx);
	if (!st || !tp)
		return;
	if (headers & DATA_BITS)
		header_round(ctx, attachment, tp);
	if (!collect)
		return;
	if (collect & TT_COLLECT_RTT) {
		rtt = ctx->args[0]; /* the measured sample, on kernels that pass it */
		if (!rtt) {
			rtt = tp->srtt_us >> 3;
			count(st, TT_RTT_SMOOTHED);
		}
		histogram_add(st->rtt, TT_RTT_BUCKETS, &st->rtt_sum, rtt);
	}
	if (collect & TT_COLLECT_CWND)
		histogram_add(st->cwnd, TT_CWND_BUCKETS, &st->cwnd_sum, tp->snd_cwnd);
	if (collect & TT_COLLECT_RATE) {
		rate = delivery_rate(tp);
		if (rate)
			histogram_add(st->rate, TT_RATE_BUCKETS, &st->rate_sum, rate);
	}
	/* Once per ms: with shorter round trips that is most of the work. Readers bring it up to date. */
	now = tp->tcp_mstamp >> 10;
	if (conn->counted_at == now)
		return;
	conn->counted_at = now;
	count_totals(st, conn, tp);
}

static __always_inline void timed_out(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_connection *conn = own(ctx, attachment);
	struct tt_statistics *st;

	if (!conn)
		return;
	st = statistics_of(attachment);
	if (st)
		count(st, TT_RTOS);
}

static __always_inline void closed(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct tt_connection *conn;
	struct tt_statistics *st;
	struct tcp_sock *tp;

	conn = own(ctx, attachment);
	if (!conn)
		return;
	st = statistics_of(attachment);
	tp = tcp_sock_of(ctx);
	event(ctx, ctx->args[0] == TCP_SYN_SENT ? TT_EVENT_FAILED : TT_EVENT_CLOSED, 0);
	if (st && tp && !(conn->flags & TT_CONN_UNCOUNTED)) {
		if (!count_totals(st, conn, tp))
			count_totals(st, conn, tp);
		count(st, TT_CLOSED);
		if (ctx->args[0] == TCP_SYN_SENT)
			count(st, TT_FAILED);
	}
	conn->attachment = 0;
}

/* Asked for a value before there is a connection (passive), or right after its start (active). */
static __always_inline void answer(struct bpf_sock_ops *ctx, u64 attachment, enum tt_option option)
{
	const volatile struct tt_settings *s;
	struct tt_connection *conn;
	struct flow flow = {};
	u32 rule;

	if (ctx->is_fullsock) {
		conn = own(ctx, attachment);
		if (!conn)
			return;
		rule = conn->rule;
	} else {
		flow_of(&flow, ctx, true);
		rule = match_rule(&flow);
	}
	s = settings_of(rule);
	if (has(s, option))
		ctx->reply = s->value[option];
}

SEC("sockops")
int policy(struct bpf_sock_ops *ctx)
{
	struct tt_identity *id;
	u64 attachment;

	/* The most frequent first, so that what isn't used costs a comparison. */
	switch (ctx->op) {
	case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
	case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
	case BPF_SOCK_OPS_PARSE_HDR_OPT_CB:
		break;
	case BPF_SOCK_OPS_RTT_CB:
		if (!collect && !headers)
			return 1;
		break;
	case BPF_SOCK_OPS_RTO_CB:
		if (!collect)
			return 1;
		break;
	case BPF_SOCK_OPS_RETRANS_CB:
		if (!(headers & DATA_BITS))
			return 1;
		break;
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		break;
	case BPF_SOCK_OPS_NEEDS_ECN:
		if (!uses(TT_OPT_ECN))
			return 1;
		break;
	case BPF_SOCK_OPS_RWND_INIT:
		if (!uses(TT_OPT_INITIAL_RWND))
			return 1;
		break;
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		if (!uses(TT_OPT_CWND_CLAMP) && !uses(TT_OPT_INITIAL_CWND) && !headers &&
		    !listened(TT_EVENT_ESTABLISHED))
			return 1;
		break;
	case BPF_SOCK_OPS_STATE_CB: /* of a connection that an earlier profile counted, too */
		if (ctx->args[1] != TCP_CLOSE && !(headers & HDR_RAW_BITS))
			return 1;
		break;
	default:
		return 1;
	}

	id = bpf_get_local_storage(&identity, 0);
	attachment = id->attachment;
	if (!attachment) /* not in force yet, or not any more */
		return 1;

	switch (ctx->op) {
	case BPF_SOCK_OPS_RTT_CB:
		sample(ctx, attachment);
		break;
	case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
	case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
	case BPF_SOCK_OPS_PARSE_HDR_OPT_CB:
		header_segment(ctx, attachment, id->workload);
		break;
	case BPF_SOCK_OPS_RETRANS_CB:
		header_lost(ctx, attachment);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		if (ctx->args[1] == TCP_CLOSE)
			closed(ctx, attachment);
		else if (ctx->args[1] == TCP_FIN_WAIT1 || ctx->args[1] == TCP_LAST_ACK)
			header_closing(ctx, attachment);
		break;
	case BPF_SOCK_OPS_RTO_CB:
		timed_out(ctx, attachment);
		break;
	case BPF_SOCK_OPS_NEEDS_ECN:
		answer(ctx, attachment, TT_OPT_ECN);
		break;
	case BPF_SOCK_OPS_RWND_INIT:
		answer(ctx, attachment, TT_OPT_INITIAL_RWND);
		break;
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		start(ctx, attachment, false);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		if (!own(ctx, attachment)) {
			start(ctx, attachment, true);
			break;
		}
		/* Both ends have connected to each other at once. */
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		established(ctx, attachment);
		break;
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		header_listening(ctx, attachment);
		break;
	}
	header_plugins(ctx);
	return 1;
}

char _license[] SEC("license") = "GPL";

#endif
