// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that run one controller get another: the same one's newer version, which has the same
 * name, or the host's default. A TCP iterator, run once in every network namespace; it holds each
 * socket's lock, so no connection sees the change but between two of its callbacks. Listeners are
 * moved too: what they accept inherits from them.
 */
#include <linux/bpf.h>

#include <tcptune/kernel.h>

#include <bpf/bpf_core_read.h>

#define NAME_LENGTH 16

const volatile char from[NAME_LENGTH];
const volatile char to[NAME_LENGTH];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} moved SEC(".maps");

static __always_inline bool runs_it(const struct tcp_congestion_ops *ops)
{
	char name[NAME_LENGTH] = {};
	int i;

	BPF_CORE_READ_STR_INTO(&name, ops, name);
	for (i = 0; i < NAME_LENGTH; i++)
		if (name[i] != from[i])
			return false;
	return true;
}

SEC("iter/tcp")
int move(struct bpf_iter__tcp *ctx)
{
	const struct tcp_congestion_ops *before, *after;
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp;
	u64 *count;

	if (!skc)
		return 0;
	tp = bpf_skc_to_tcp_sock(skc); /* NULL: in TIME_WAIT, or not yet a connection */
	if (!tp)
		return 0;
	before = BPF_CORE_READ(tp, inet_conn.icsk_ca_ops);
	if (!runs_it(before))
		return 0;
	bpf_setsockopt((struct sock *)tp, SOL_TCP, TCP_CONGESTION, (void *)to, sizeof(to));
	after = BPF_CORE_READ(tp, inet_conn.icsk_ca_ops);
	count = bpf_map_lookup_elem(&moved, &(u32){ 0 });
	if (count && after != before)
		(*count)++;
	return 0;
}

char _license[] SEC("license") = "GPL";
