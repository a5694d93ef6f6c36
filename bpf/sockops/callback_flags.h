/* SPDX-License-Identifier: GPL-2.0 */
/* The callbacks of open connections, which iterators can set, too. */
#ifndef TCPTUNE_CALLBACK_FLAGS_H
#define TCPTUNE_CALLBACK_FLAGS_H

#include <linux/bpf.h>

#include <tcptune/kernel.h>
#include <tcptune_abi.h>

#define OUR_CALLBACKS \
	(BPF_SOCK_OPS_STATE_CB_FLAG | BPF_SOCK_OPS_RTO_CB_FLAG | BPF_SOCK_OPS_RTT_CB_FLAG)

static __always_inline bool is_open(u8 state)
{
	return state == TCP_ESTABLISHED || state == TCP_SYN_SENT || state == TCP_CLOSE_WAIT ||
	       state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2 || state == TCP_CLOSING ||
	       state == TCP_LAST_ACK;
}

/* What header options that were offered go on with: the peer's answers, and losses. */
static __always_inline int offered_callbacks(const struct tt_connection *conn)
{
	if (!conn->header.offered || conn->header.attachment != conn->attachment)
		return 0;
	return BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG | BPF_SOCK_OPS_RETRANS_CB_FLAG;
}

/* In an iterator. False: this kernel can't. */
static __always_inline bool set_callbacks(struct sock *sk, const struct tcp_sock *tp, int flags)
{
	return flags == tp->bpf_sock_ops_cb_flags ||
	       !bpf_setsockopt(sk, SOL_TCP, TT_TCP_BPF_SOCK_OPS_CB_FLAGS, &flags, sizeof(flags));
}

#endif
