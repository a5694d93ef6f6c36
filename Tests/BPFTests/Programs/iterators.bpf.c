// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct seq_file {
};

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 seq_num;
};

struct sock_common {
	__u16 skc_num;
	__u8 skc_state;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

struct sock {
	struct sock_common __sk_common;
};

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct sock *sk;
	void *value;
};

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	void *key;
	void *value;
};
#pragma clang attribute pop

struct socket_record {
	__u64 value;
	__u32 state;
	__u32 port;
};

__u64 seen;

SEC("iter/tcp")
int tcp_sockets(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;
	struct socket_record record = {};

	if (!sk)
		return 0;
	record.port = sk->skc_num;
	record.state = sk->skc_state;
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int stored_sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct socket_record record = {};
	struct sock *sk = ctx->sk;
	__u64 *value = ctx->value;

	if (!sk || !value)
		return 0;
	record.value = *value;
	record.port = sk->__sk_common.skc_num;
	record.state = sk->__sk_common.skc_state;
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}

/* Writes nothing. */
SEC("iter/bpf_map_elem")
int elements(struct bpf_iter__bpf_map_elem *ctx)
{
	__u64 *value = ctx->value;

	if (value)
		__sync_fetch_and_add(&seen, *value);
	return 0;
}

char _license[] SEC("license") = "GPL";
