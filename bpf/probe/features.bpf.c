// SPDX-License-Identifier: GPL-2.0
/*
 * A program for each feature of the kernel that tcptune uses or can do without: the kernel has it if
 * it takes the program. Each is loaded alone, and none is ever run.
 */
#include <linux/bpf.h>

#include <tcptune/kernel.h>

/* Refused unless the kernel's types fulfil it: where they do, the verifier doesn't look further. */
#define REQUIRE(condition)                                                    \
	do {                                                                  \
		if (!(condition))                                             \
			asm volatile("r0 = *(u64 *)(r10 + 8)" ::: "r0");      \
	} while (0)

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym __weak;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct tcp_congestion_ops___with_event_tx_start {
	void (*cwnd_event_tx_start)(struct sock *sk);
};
#pragma clang attribute pop

SEC("sockops")
int header_options(struct bpf_sock_ops *ctx)
{
	u8 option[4] = { 253, 4, 0x74, 0x74 };

	if (ctx->op == BPF_SOCK_OPS_HDR_OPT_LEN_CB)
		bpf_reserve_hdr_opt(ctx, sizeof(option), 0);
	else if (ctx->op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB)
		bpf_store_hdr_opt(ctx, option, sizeof(option), 0);
	else if (ctx->op == BPF_SOCK_OPS_PARSE_HDR_OPT_CB)
		bpf_load_hdr_opt(ctx, option, sizeof(option), 0);
	return 1;
}

SEC("sockops")
int sockops_kernel_context(struct bpf_sock_ops *ctx)
{
	REQUIRE(bpf_cast_to_kern_ctx);
	bpf_cast_to_kern_ctx(ctx);
	return 1;
}

SEC("iter/tcp")
int iterator_setsockopt(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp = skc ? bpf_skc_to_tcp_sock(skc) : NULL;
	int on = 1;

	if (tp)
		bpf_setsockopt((struct sock *)tp, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int iterator_storage(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;

	if (sk && bpf_skc_to_tcp_sock(sk))
		bpf_get_socket_cookie(sk);
	return 0;
}

SEC("iter/tcp")
int cgroup_ancestors(struct bpf_iter__tcp *ctx)
{
	REQUIRE(bpf_core_field_exists(struct cgroup, ancestors));
	return 0;
}

SEC("iter/tcp")
int cong_control_ack(struct bpf_iter__tcp *ctx)
{
	REQUIRE(bpf_core_type_matches(struct tcp_congestion_ops___with_ack));
	return 0;
}

SEC("iter/tcp")
int cwnd_event_tx_start(struct bpf_iter__tcp *ctx)
{
	REQUIRE(bpf_core_field_exists(struct tcp_congestion_ops___with_event_tx_start,
				      cwnd_event_tx_start));
	return 0;
}

char _license[] SEC("license") = "GPL";
