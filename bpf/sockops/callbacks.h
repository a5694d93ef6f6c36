/* SPDX-License-Identifier: GPL-2.0 */
/* What a profile collects, and the callbacks that it takes. */
#ifndef TCPTUNE_CALLBACKS_H
#define TCPTUNE_CALLBACKS_H

#include <tcptune/kernel.h>
#include <tcptune_abi.h>

const volatile u32 collect; /* tt_collect */

#define OUR_CALLBACKS \
	(BPF_SOCK_OPS_STATE_CB_FLAG | BPF_SOCK_OPS_RTO_CB_FLAG | BPF_SOCK_OPS_RTT_CB_FLAG)

static __always_inline int callbacks(void)
{
	return collect ? OUR_CALLBACKS : 0;
}

#endif
