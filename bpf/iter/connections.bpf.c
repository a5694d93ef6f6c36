// SPDX-License-Identifier: GPL-2.0
/*
 * Over all connections that tcptune tunes, in every network namespace at once: the iterator
 * walks the socket storage itself, not the hash table of all sockets.
 */
#include <tcptune/kernel.h>

#include "../sockops/accounting.h"
#include "../sockops/maps.h"

/* Whether list_connections adds what the congestion controller keeps in the socket. */
const volatile bool with_cc_state;

/* The owner of BPF's controllers, less the upper bits that make it no address. */
#define BPF_MODULE_OWNER 0x3ae7c
#define BPF_MODULE_OWNER_MASK 0xffffffffffff

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct tcp_congestion_ops___with_owner {
	void *owner;
};

struct bpf_prog_aux {
	u32 id;
};

struct bpf_prog {
	struct bpf_prog_aux *aux;
};

struct bpf_link {
	struct bpf_prog *prog;
};

/* What the kernel's copy of a BPF controller's tcp_congestion_ops is a part of. */
struct bpf_struct_ops_value {
	char data[0];
};

struct bpf_struct_ops_map {
	struct bpf_link **links;
	struct bpf_struct_ops_value kvalue;
};
#pragma clang attribute pop

/* The id of the first of a controller's programs, ssthresh; 0: it is none of BPF's. */
static __always_inline u32 cc_program(const struct inet_connection_sock *icsk)
{
	struct tcp_congestion_ops___with_owner *ops;
	struct bpf_struct_ops_map *map;
	struct bpf_link *link = NULL;

	bpf_core_read(&ops, sizeof(ops), &icsk->icsk_ca_ops);
	if (!bpf_core_field_exists(struct bpf_struct_ops_map, links) ||
	    ((u64)BPF_CORE_READ(ops, owner) & BPF_MODULE_OWNER_MASK) != BPF_MODULE_OWNER)
		return 0;
	map = (void *)ops - bpf_core_field_offset(struct bpf_struct_ops_map, kvalue.data);
	bpf_probe_read_kernel(&link, sizeof(link), BPF_CORE_READ(map, links));
	return BPF_CORE_READ(link, prog, aux, id);
}

static __always_inline void addresses(struct tt_connection_record *r, const struct sock_common *skc)
{
	if (skc->skc_family == AF_INET6) {
		__builtin_memcpy(r->local, skc->skc_v6_rcv_saddr.in6_u.u6_addr32, 16);
		__builtin_memcpy(r->remote, skc->skc_v6_daddr.in6_u.u6_addr32, 16);
	} else {
		r->local[2] = r->remote[2] = bpf_htonl(0xffff);
		r->local[3] = skc->skc_rcv_saddr;
		r->remote[3] = skc->skc_daddr;
	}
	r->local_port = skc->skc_num;
	r->remote_port = bpf_ntohs(skc->skc_dport);
	r->family = skc->skc_family;
	r->state = skc->skc_state;
	r->netns = skc->skc_net.net->ns.inum;
}

static __always_inline void rates(struct tt_connection_record *r, const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	r->delivery_rate = delivery_rate(tp);
	r->pacing_rate = sk->sk_pacing_rate;
	r->max_pacing_rate = sk->sk_max_pacing_rate;
	r->bytes_sent = tp->bytes_sent;
	r->bytes_acked = tp->bytes_acked;
	r->bytes_received = tp->bytes_received;
	r->retransmits = tp->total_retrans;
	r->lost = tp->lost;
	r->delivered = tp->delivered;
	r->delivered_ce = tp->delivered_ce;
}

static __always_inline void windows(struct tt_connection_record *r, const struct tcp_sock *tp)
{
	r->cwnd = tp->snd_cwnd;
	r->ssthresh = tp->snd_ssthresh;
	r->cwnd_clamp = tp->snd_cwnd_clamp;
	r->mss = tp->mss_cache;
	r->in_flight = tp->packets_out - tp->sacked_out - tp->lost_out + tp->retrans_out;
	r->srtt = tp->srtt_us >> 3;
	r->rttvar = tp->mdev_us >> 2;
	r->min_rtt = tp->rtt_min.s[0].v;
	r->rto = tp->inet_conn.icsk_rto * jiffy_us;
	r->rto_min = tp->inet_conn.icsk_rto_min * jiffy_us;
	r->delack_max = tp->inet_conn.icsk_delack_max * jiffy_us;
	r->cb_flags = tp->bpf_sock_ops_cb_flags;
}

static __always_inline void header_options_of(struct tt_connection_record *r, struct sock *sk)
{
	struct tt_header_state *state = bpf_sk_storage_get(&header_options, sk, NULL, 0);

	if (!state || state->attachment != r->attachment)
		return;
	r->peer = state->peer;
	r->header_offered = state->offered;
	r->header_negotiated = state->negotiated;
	r->header_flags = state->flags;
}

SEC("iter/bpf_sk_storage_map")
int list_connections(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct tt_connection *conn = ctx->value;
	struct tt_connection_record r = {};
	const struct tcp_congestion_ops *ca;
	struct sock *sk = ctx->sk;
	struct tcp_sock *tp;

	if (!sk || !conn || !conn->attachment)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	r.attachment = conn->attachment;
	r.opened_ns = conn->opened_ns;
	r.rule = conn->rule;
	r.flags = conn->flags;
	r.cookie = bpf_get_socket_cookie(sk);
	r.cgroup = sk->sk_cgrp_data.cgroup->kn->id;
	addresses(&r, &sk->__sk_common);
	rates(&r, tp);
	windows(&r, tp);
	header_options_of(&r, sk);
	ca = tp->inet_conn.icsk_ca_ops;
	if (ca)
		bpf_probe_read_kernel(r.congestion_control, sizeof(r.congestion_control), ca->name);
	bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
	if (with_cc_state) {
		struct inet_connection_sock *icsk = &tp->inet_conn;
		struct tt_cc_state state = { .program = cc_program(icsk) };

		bpf_probe_read_kernel(state.bytes, sizeof(state.bytes), icsk->icsk_ca_priv);
		bpf_seq_write(ctx->meta->seq, &state, sizeof(state));
	}
	return 0;
}

/* Brings the counters up to date: a connection that only receives has no callback of its own. */
SEC("iter/bpf_sk_storage_map")
int count_connections(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct tt_connection *conn;
	struct tt_statistics *st;
	struct tcp_sock *tp;

	if (!sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	conn = bpf_sk_storage_get(&connections, sk, NULL, 0);
	if (!tp || !conn)
		return 0;
	st = statistics_of(conn->attachment);
	if (st)
		count_totals(st, conn, tp);
	return 0;
}

char _license[] SEC("license") = "GPL";
