// SPDX-License-Identifier: GPL-2.0
/* A whole plug-in: its window is what its parameter says, so that versions can be told apart. */
#include <tcptune/cc.h>

TCPTUNE_PARAMETER(u32, cwnd_segments, 10, 2, 1000, "The window");
TCPTUNE_PARAMETER(bool, strict, 0, 0, 1, "Nothing");

TCPTUNE_CALLBACK(void, ttplug_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	tcp_sk(sk)->snd_cwnd = cwnd_segments + strict;
}

TCPTUNE_CALLBACK(u32, ttplug_ssthresh, struct sock *sk)
{
	return cwnd_segments;
}

TCPTUNE_CALLBACK(u32, ttplug_undo_cwnd, struct sock *sk)
{
	return cwnd_segments;
}

TCPTUNE_CONTROLLER(ttplug,
		   .cong_avoid = (void *)ttplug_cong_avoid,
		   .ssthresh = (void *)ttplug_ssthresh,
		   .undo_cwnd = (void *)ttplug_undo_cwnd);
