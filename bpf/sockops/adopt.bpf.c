// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that were open before: taken over by the profile, or released from it. A TCP
 * iterator, run once in every network namespace; it holds each socket's lock.
 */
#include "accounting.h"
#include "callbacks.h"
#include "events.h"
#include "header_listener.h"
#include "maps.h"
#include "match.h"
#include "settings.h"

#define TT_MAX_CGROUP_DEPTH 64
#define TT_MAX_LISTENERS 65536

const volatile bool release;
const volatile bool only_listeners;
const volatile bool has_headers; /* the profile has header options */

/* Every attachment by its cgroup, since the innermost decides; `take` marks the ones meant. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct tt_adoption);
} attachments SEC(".maps");

/* The iterator shows a namespace's listeners first: who has one's port was accepted by it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TT_MAX_LISTENERS);
	__type(key, u64);
	__type(value, u8);
} listeners SEC(".maps");

/* What came of it, for user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct tt_adoption_result);
} adopted SEC(".maps");

static __always_inline void count_adopted(bool without_callbacks)
{
	struct tt_adoption_result *result = bpf_map_lookup_elem(&adopted, &(u32){ 0 });

	if (!result)
		return;
	result->connections++;
	if (without_callbacks)
		result->without_callbacks++;
}

static __always_inline u64 listener_key(const struct sock_common *skc)
{
	return (u64)skc->skc_net.net->ns.inum << 16 | skc->skc_num;
}

static __always_inline void count_listener(bool without_callbacks)
{
	struct tt_adoption_result *result = bpf_map_lookup_elem(&adopted, &(u32){ 0 });

	if (!result)
		return;
	result->listeners++;
	if (without_callbacks)
		result->listeners_without_callbacks++;
}

/* The innermost attachment around a socket, whether it is meant or not; or of those that aren't. */
static __always_inline struct tt_adoption *innermost(const struct sock *sk, bool is_spared)
{
	struct cgroup *cgroup = sk->sk_cgrp_data.cgroup;
	int i, level = cgroup->level;

	for (i = 0; i < TT_MAX_CGROUP_DEPTH && level >= 0; i++, level--) {
		u64 id = BPF_CORE_READ(cgroup, ancestors[level], kn, id);
		struct tt_adoption *a = bpf_map_lookup_elem(&attachments, &id);

		if (a && !(is_spared && a->take & TT_ADOPT_MEANT))
			return a;
	}
	return NULL;
}

static __always_inline u64 attachment_to_take(const struct sock *sk)
{
	struct tt_adoption *a = innermost(sk, false);

	return a && a->take & TT_ADOPT_MEANT ? a->attachment : 0;
}

/* Whose a listener's SYN-ACKs are once those meant are gone; 0: nobody's. */
static __always_inline u64 successor(const struct sock *sk)
{
	struct tt_adoption *a = innermost(sk, true);

	return a && a->take & TT_ADOPT_HEADERS ? a->attachment : 0;
}

static __always_inline bool is_inbound(const struct sock_common *skc)
{
	u64 key = listener_key(skc);

	return bpf_map_lookup_elem(&listeners, &key);
}

static __always_inline void flow_of_socket(struct flow *flow, const struct sock_common *skc)
{
	if (skc->skc_family == AF_INET6)
		__builtin_memcpy(flow->remote, skc->skc_v6_daddr.in6_u.u6_addr32, 16);
	else
		map_ipv4(flow->remote, skc->skc_daddr);
	flow->inbound = is_inbound(skc);
	flow->service_port = flow->inbound ? skc->skc_num : bpf_ntohs(skc->skc_dport);
}

/* It changes hands: the one before has seen its end, and only what comes is counted here. */
static __always_inline void take(struct tt_connection *conn, struct sock *sk,
				 const struct tcp_sock *tp, u64 attachment, bool inbound)
{
	struct tt_statistics *before = conn->attachment ? statistics_of(conn->attachment) : NULL;

	if (before) {
		count_totals(before, conn, tp);
		count(before, TT_CLOSED);
		event_of_socket(sk, tp, conn, TT_EVENT_RELEASED, 0);
	} else {
		skip_totals(conn, tp);
		conn->opened_ns = bpf_ktime_get_ns();
	}
	conn->attachment = attachment;
	conn->flags = TT_CONN_ADOPTED | (inbound ? TT_CONN_PASSIVE : 0);
}

static __always_inline void adopt_socket(struct sock *sk, struct tcp_sock *tp, u64 attachment)
{
	const struct sock_common *skc = &sk->__sk_common;
	struct tt_statistics *st = statistics_of(attachment);
	const volatile struct tt_settings *s;
	struct tt_connection *conn;
	struct flow flow = {};

	if (!st)
		return;
	flow_of_socket(&flow, skc);
	conn = bpf_sk_storage_get(&connections, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!conn) {
		count(st, TT_UNTRACKED);
		return;
	}
	if (conn->attachment != attachment) {
		take(conn, sk, tp, attachment, flow.inbound);
		count(st, TT_ADOPTED);
	}
	conn->rule = match_rule(&flow);
	conn->flags &= (1U << TT_CONN_REFUSED_SHIFT) - 1;
	s = settings_of(conn->rule);
	set_at_start(sk, st, conn, s, skc->skc_family, is_mapped(skc->skc_family, flow.remote));
	set_from(sk, st, conn, s, SOL_TCP, TCP_BPF_SNDCWND_CLAMP, TT_OPT_CWND_CLAMP);
	count_adopted(!set_callbacks(
		sk, tp,
		tp->bpf_sock_ops_cb_flags | callbacks() | event_callbacks() |
			offered_callbacks(conn)));
	event_of_socket(sk, tp, conn, TT_EVENT_ADOPTED, conn->flags);
}

/* Back to settings[0]'s controller, the host's own; the rest of its options stay. */
static __always_inline void release_socket(struct sock *sk, struct tcp_sock *tp, u64 attachment)
{
	struct tt_connection *conn = bpf_sk_storage_get(&connections, sk, NULL, 0);
	int flags;
	struct tt_statistics *st = statistics_of(attachment);

	if (!conn || !st)
		return;
	if (conn->attachment == attachment) {
		count_totals(st, conn, tp);
		count(st, TT_CLOSED);
		event_of_socket(sk, tp, conn, TT_EVENT_RELEASED, 0);
	} else if (statistics_of(conn->attachment)) {
		return; /* another's; one left by an attachment that is gone is released, too */
	}
	flags = tp->bpf_sock_ops_cb_flags & ~OUR_CALLBACKS;
	if (conn->header.flags & TT_HDR_RAISED)
		flags &= ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
	conn->attachment = 0;
	set_congestion_control(sk, st, NULL, settings_of(0));
	count_adopted(!set_callbacks(sk, tp, flags));
	bpf_sk_storage_delete(&connections, sk);
}

/* Of a listener's own: that its SYN-ACKs carry header options, and that it keeps SYNs. */
static __always_inline void adopt_listener(struct sock *sk, struct tcp_sock *tp, u64 attachment)
{
	struct tt_header_state *state;
	int off = 0, flags = tp->bpf_sock_ops_cb_flags;

	if (release)
		attachment = successor(sk);
	if (release ? attachment : has_headers) {
		state = bpf_sk_storage_get(&header_options, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
		if (state)
			count_listener(!set_callbacks(
				sk, tp, header_listen(sk, state, attachment, flags)));
		return;
	}
	state = bpf_sk_storage_get(&header_options, sk, NULL, 0);
	if (!state)
		return;
	if (state->flags & TT_HDR_RAISED)
		flags &= ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
	if (state->flags & TT_HDR_MARKED)
		flags &= ~LISTENER_MARK;
	set_callbacks(sk, tp, flags);
	if (state->flags & TT_HDR_SAVES_SYN)
		bpf_setsockopt(sk, SOL_TCP, TCP_SAVE_SYN, &off, sizeof(off));
	bpf_sk_storage_delete(&header_options, sk);
}

/* A namespace's listeners come first. */
static __always_inline void see_listener(struct sock_common *skc)
{
	u64 attachment, key = listener_key(skc);
	struct tcp_sock *tp;
	u8 here = 1;

	bpf_map_update_elem(&listeners, &key, &here, BPF_ANY);
	tp = bpf_skc_to_tcp_sock(skc);
	if (!tp)
		return;
	attachment = attachment_to_take((struct sock *)tp);
	if (attachment)
		adopt_listener((struct sock *)tp, tp, attachment);
}

SEC("iter/tcp")
int adopt(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp;
	u64 attachment;

	if (!skc)
		return 0;
	if (skc->skc_state == TCP_LISTEN) {
		see_listener(skc);
		return 0;
	}
	if (only_listeners || !is_open(skc->skc_state))
		return 0;
	tp = bpf_skc_to_tcp_sock(skc);
	if (!tp)
		return 0;
	attachment = attachment_to_take((struct sock *)tp);
	if (!attachment)
		return 0;
	if (release)
		release_socket((struct sock *)tp, tp, attachment);
	else
		adopt_socket((struct sock *)tp, tp, attachment);
	return 0;
}

char _license[] SEC("license") = "GPL";
