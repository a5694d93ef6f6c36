/* SPDX-License-Identifier: GPL-2.0 */
/* A connection as user space gets to see it. */
#ifndef TCPTUNE_RECORD_H
#define TCPTUNE_RECORD_H

#include "accounting.h"
#include "maps.h"

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

static __always_inline void header_options_of(struct tt_connection_record *r,
					      const struct tt_header_state *state)
{
	if (state->attachment != r->attachment)
		return;
	r->peer = state->peer;
	r->header_offered = state->offered;
	r->header_negotiated = state->negotiated;
	r->header_flags = state->flags;
}

/* All but the cookie, into a record of zeros. */
static __always_inline void describe(struct tt_connection_record *r,
				     const struct tt_connection *conn, const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	const struct tcp_congestion_ops *ca = tp->inet_conn.icsk_ca_ops;

	r->attachment = conn->attachment;
	r->opened_ns = conn->opened_ns;
	r->rule = conn->rule;
	r->flags = conn->flags;
	r->cgroup = sk->sk_cgrp_data.cgroup->kn->id;
	header_options_of(r, &conn->header);
	addresses(r, &sk->__sk_common);
	rates(r, tp);
	windows(r, tp);
	if (ca)
		bpf_probe_read_kernel(r->congestion_control, sizeof(r->congestion_control),
				      ca->name);
}

#endif
