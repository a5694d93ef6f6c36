/* SPDX-License-Identifier: GPL-2.0 */
/* Listeners: SYN-ACKs are written on their behalf, and connections start with their callbacks. */
#ifndef TCPTUNE_HEADER_LISTENER_H
#define TCPTUNE_HEADER_LISTENER_H

#include "header_flags.h"

/*
 * An accepted connection starts with its listener's callbacks. That the one for writing is ours,
 * and not another program's, it can tell by this one beside it, which nothing calls on a listener.
 */
#define LISTENER_MARK BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG
#define LISTENER_FLAGS (BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG | LISTENER_MARK)

static __always_inline bool is_inherited(int flags)
{
	return (flags & LISTENER_FLAGS) == LISTENER_FLAGS;
}

/*
 * Of nested attachments the innermost, which runs first, answers for a listener. There is no state
 * that it could be told by: it leaves a mark where the kernel passes an argument in, and, for these
 * callbacks, takes nothing out.
 */
#define SPOKEN_FOR 0x74740000

static __always_inline bool speaks_for_listener(struct bpf_sock_ops *ctx)
{
	u32 argument = ctx->args[0];

	if ((argument & 0xffff0000) == SPOKEN_FOR)
		return false;
	ctx->reply = argument | SPOKEN_FOR;
	return true;
}

/*
 * A listener: `target` is its sockops context or, in an iterator, the socket. The callback
 * writes SYN-ACKs, and the SYN is kept for when the connection is accepted.
 */
static __always_inline bool keep_syns(void *target)
{
	int kept = 0, on = 1;

	return !bpf_getsockopt(target, SOL_TCP, TCP_SAVE_SYN, &kept, sizeof(kept)) && !kept &&
	       !bpf_setsockopt(target, SOL_TCP, TCP_SAVE_SYN, &on, sizeof(on));
}

static __always_inline int header_listen(void *target, struct tt_header_state *state,
					 u64 attachment, int flags)
{
	state->attachment = attachment;
	if (keep_syns(target))
		state->flags |= TT_HDR_SAVES_SYN;
	if (!(flags & LISTENER_FLAGS)) {
		state->flags |= TT_HDR_MARKED;
		flags |= LISTENER_MARK;
	}
	return header_raised(state, flags);
}

#endif
