/* SPDX-License-Identifier: GPL-2.0 */
/* What a profile collects, and the callbacks that it takes. */
#ifndef TCPTUNE_CALLBACKS_H
#define TCPTUNE_CALLBACKS_H

#include <tcptune/kernel.h>

enum {
	COLLECT_COUNTERS = 1 << 0,
	COLLECT_RTT = 1 << 1,
	COLLECT_CWND = 1 << 2,
	COLLECT_RATE = 1 << 3,
};

const volatile u32 collect;

#define OUR_CALLBACKS \
	(BPF_SOCK_OPS_STATE_CB_FLAG | BPF_SOCK_OPS_RTO_CB_FLAG | BPF_SOCK_OPS_RTT_CB_FLAG)

static __always_inline int callbacks(void)
{
	return collect ? OUR_CALLBACKS : 0;
}

#endif
