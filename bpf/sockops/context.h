/* SPDX-License-Identifier: GPL-2.0 */
/* What a sockops context says of the connection. */
#ifndef TCPTUNE_CONTEXT_H
#define TCPTUNE_CONTEXT_H

#include "maps.h"
#include "match.h"

/* Keeps two loads from the context apart: the verifier refuses one load at a computed offset. */
#define HELD(value) asm volatile("" : "+r"(value))

/* IPv4 as ::ffff:a.b.c.d. */
static __always_inline void remote_of(u32 remote[4], struct bpf_sock_ops *ctx)
{
	u32 ipv4;

	if (ctx->family == AF_INET6) {
		remote[0] = ctx->remote_ip6[0];
		remote[1] = ctx->remote_ip6[1];
		remote[2] = ctx->remote_ip6[2];
		remote[3] = ctx->remote_ip6[3];
	} else {
		ipv4 = ctx->remote_ip4;
		HELD(ipv4);
		map_ipv4(remote, ipv4);
	}
}

static __always_inline void flow_of(struct flow *flow, struct bpf_sock_ops *ctx, bool inbound)
{
	u32 port;

	remote_of(flow->remote, ctx);
	flow->inbound = inbound;
	if (inbound) {
		flow->service_port = ctx->local_port;
	} else {
		port = ctx->remote_port;
		HELD(port);
		flow->service_port = bpf_ntohl(port);
	}
}

static __always_inline struct tcp_sock *tcp_sock_of(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;

	return sk ? bpf_skc_to_tcp_sock(sk) : NULL;
}

/* This socket's state if it is this attachment's connection. */
static __always_inline struct tt_connection *own(struct bpf_sock_ops *ctx, u64 attachment)
{
	struct bpf_sock *sk = ctx->sk;
	struct tt_connection *conn;

	if (!sk)
		return NULL;
	conn = bpf_sk_storage_get(&connections, sk, NULL, 0);
	return conn && conn->attachment == attachment ? conn : NULL;
}

#endif
