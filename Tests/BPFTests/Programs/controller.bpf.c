// SPDX-License-Identifier: GPL-2.0
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct sock {
};

struct tcp_sock {
	__u32 snd_cwnd;
};

struct tcp_congestion_ops {
	__u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
	__u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};
#pragma clang attribute pop

const volatile __u32 floor_segments = 2;

SEC("struct_ops/fixture_ssthresh")
__u32 BPF_PROG(fixture_ssthresh, struct sock *sk)
{
	return floor_segments;
}

SEC("struct_ops/fixture_cong_avoid")
void BPF_PROG(fixture_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
	((struct tcp_sock *)sk)->snd_cwnd = floor_segments;
}

SEC("struct_ops/fixture_undo_cwnd")
__u32 BPF_PROG(fixture_undo_cwnd, struct sock *sk)
{
	return ((struct tcp_sock *)sk)->snd_cwnd;
}

SEC(".struct_ops")
struct tcp_congestion_ops fixture = {
	.ssthresh = (void *)fixture_ssthresh,
	.cong_avoid = (void *)fixture_cong_avoid,
	.undo_cwnd = (void *)fixture_undo_cwnd,
	.name = "tt_fixture",
};

SEC(".struct_ops")
struct tcp_congestion_ops other = {
	.ssthresh = (void *)fixture_ssthresh,
	.cong_avoid = (void *)fixture_cong_avoid,
	.undo_cwnd = (void *)fixture_undo_cwnd,
	.name = "tt_other",
};

char _license[] SEC("license") = "GPL";
