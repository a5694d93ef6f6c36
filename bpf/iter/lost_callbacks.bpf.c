// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that have lost their callbacks, since another program has set flags of its own. They
 * are found by way of the socket storage, which costs little; what sets the callbacks again has to
 * hold the socket's lock, and is a TCP iterator, run in their network namespaces.
 */
#include <tcptune/kernel.h>

#include "../sockops/callback_flags.h"
#include "../sockops/maps.h"

/* By attachment, of those that are meant. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct tt_restored);
} restored SEC(".maps");

static __always_inline bool has_lost(const struct tt_connection *conn, const struct tcp_sock *tp)
{
	return conn->attachment && is_open(tp->inet_conn.icsk_inet.sk.__sk_common.skc_state) &&
	       (tp->bpf_sock_ops_cb_flags & OUR_CALLBACKS) != OUR_CALLBACKS;
}

/* Writes whose they are. */
SEC("iter/bpf_sk_storage_map")
int find_lost(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct tt_connection *conn = ctx->value;
	struct sock *sk = ctx->sk;
	struct tcp_sock *tp;
	u64 attachment;

	if (!sk || !conn)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp || !has_lost(conn, tp))
		return 0;
	attachment = conn->attachment;
	bpf_seq_write(ctx->meta->seq, &attachment, sizeof(attachment));
	return 0;
}

SEC("iter/tcp")
int restore(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct tt_connection *conn;
	struct tt_restored *result;
	struct tcp_sock *tp;
	u64 attachment;

	if (!skc)
		return 0;
	tp = bpf_skc_to_tcp_sock(skc);
	if (!tp)
		return 0;
	conn = bpf_sk_storage_get(&connections, (struct sock *)tp, NULL, 0);
	if (!conn || !has_lost(conn, tp))
		return 0;
	attachment = conn->attachment;
	result = bpf_map_lookup_elem(&restored, &attachment);
	if (!result)
		return 0;
	if (set_callbacks((struct sock *)tp, tp,
			  tp->bpf_sock_ops_cb_flags | OUR_CALLBACKS | offered_callbacks(conn)))
		result->connections++;
	else
		result->refused++;
	return 0;
}

char _license[] SEC("license") = "GPL";
