/* SPDX-License-Identifier: GPL-2.0 */
/* A controller's callbacks, for plug-ins of which something else is of interest. */
#include <tcptune/cc.h>

TCPTUNE_CALLBACK(void, test_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	tcp_cong_avoid_ai(tcp_sk(sk), tcp_sk(sk)->snd_cwnd, acked);
}

TCPTUNE_CALLBACK(u32, test_ssthresh, struct sock *sk)
{
	return max(tcp_sk(sk)->snd_cwnd / 2, 2u);
}

TCPTUNE_CALLBACK(u32, test_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

#define CALLBACKS							\
	.cong_avoid = (void *)test_cong_avoid,				\
	.ssthresh = (void *)test_ssthresh,				\
	.undo_cwnd = (void *)test_undo_cwnd

#define LICENSE(text) char _license[] SEC("license") = text
#define CONTROLLER(variable, ...)					\
	SEC(".struct_ops") struct tcp_congestion_ops variable = { __VA_ARGS__ }
#define TAG(text) __attribute__((btf_decl_tag(text)))
