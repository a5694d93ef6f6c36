/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a header option of one's own is written against. It is one .bpf.c file:
 *
 *	#include <tcptune/option.h>
 *
 *	TCPTUNE_WRITE(const struct tcp_sock *tp, u8 *value) { ...; return length; }
 *	TCPTUNE_PARSE(const struct tcp_sock *tp, const u8 *value, u32 length, u8 *said) { ... }
 *	TCPTUNE_OPTION;
 *
 * tcptune negotiates it, says when one is due, reserves the room and finds it in what comes; the
 * two functions are about the value's bytes alone. Which ExID it has, how long a value is and what its
 * fields are stands in option.yaml beside it.
 */
#ifndef TCPTUNE_OPTION_H
#define TCPTUNE_OPTION_H

#include <tcptune/kernel.h>

#include <tcptune/option_abi.h>
#include <tcptune/option_maps.h>
#include <tcptune/uapi.h>

/* Set when it is loaded. */
const volatile u16 option_exid;
const volatile u8 option_length; /* the longest value, bytes */
const volatile u8 option_on;	 /* tt_header_where */
const volatile u32 option_index; /* among a profile's options */
const volatile u32 option_next;	 /* the program after this one */

/*
 * Fills `value`, option_length bytes, zeroed, and returns how many are to be sent; 0: none this
 * time. `tp` is NULL on a SYN-ACK, for which there is no connection yet.
 */
#define TCPTUNE_WRITE static __always_inline u32 tcptune_option_write

/*
 * Sees `length` bytes that came, and leaves in `said`, TCPTUNE_VALUE_MAX bytes, zeroed, what
 * `connections` is to show: the same bytes, or others of the declared fields. Returns how many; 0:
 * what was kept before stays.
 */
#define TCPTUNE_PARSE static __always_inline u32 tcptune_option_parse

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, TT_MAX_RAW);
	__type(key, u32);
	__type(value, u32);
} option_programs SEC(".maps");

#define TCPTUNE_OPTION_HEADER 4 /* kind 254, length, ExID (RFC 6994) */
#define TCPTUNE_OPTION_MAX 40
#define TCPTUNE_VALUE_MAX TT_OPTION_VALUE_LEN

/* Numbers in network byte order, as fields are. */
static __always_inline void tcptune_put16(u8 *at, u16 number)
{
	number = bpf_htons(number);
	__builtin_memcpy(at, &number, sizeof(number));
}

static __always_inline void tcptune_put32(u8 *at, u32 number)
{
	number = bpf_htonl(number);
	__builtin_memcpy(at, &number, sizeof(number));
}

static __always_inline u16 tcptune_get16(const u8 *at)
{
	u16 number;

	__builtin_memcpy(&number, at, sizeof(number));
	return bpf_ntohs(number);
}

static __always_inline u32 tcptune_get32(const u8 *at)
{
	u32 number;

	__builtin_memcpy(&number, at, sizeof(number));
	return bpf_ntohl(number);
}

/* Has what came shown as it is. */
static __always_inline u32 tcptune_keep(u8 *said, const u8 *value, u32 length)
{
	__builtin_memcpy(said, value, TCPTUNE_VALUE_MAX);
	return length;
}

static u32 tcptune_option_write(const struct tcp_sock *tp, u8 *value);
static u32 tcptune_option_parse(const struct tcp_sock *tp, const u8 *value, u32 length, u8 *said);

static __always_inline long tcptune_option_load(struct bpf_sock_ops *ctx, u8 *option, u64 flags)
{
	option[0] = 254;
	option[1] = TCPTUNE_OPTION_HEADER;
	option[2] = option_exid >> 8;
	option[3] = option_exid;
	return bpf_load_hdr_opt(ctx, option, TCPTUNE_OPTION_MAX, flags);
}

/* Whether a segment that is written now is to have it. */
static __always_inline bool tcptune_option_due(struct bpf_sock_ops *ctx,
					       struct tt_header_state *state)
{
	u32 left = ctx->args[0];

	if (!ctx->is_fullsock) { /* a SYN-ACK */
		if (!(left & TT_HDR_PLUGIN_DUE(option_index)))
			return false;
		/* It isn't said to an outer cgroup's. */
		ctx->reply = left & ~TT_HDR_PLUGIN_DUE(option_index);
		return true;
	}
	if (!state)
		return false;
	if (ctx->skb_tcp_flags & 2)
		return option_on & TT_HDR_ON_SYN && state->offered & (1U << option_index);
	return state->plugins & (1U << option_index);
}

static __always_inline void tcptune_option_send(struct bpf_sock_ops *ctx,
						struct tt_header_state *state,
						const struct tcp_sock *tp)
{
	u8 option[TCPTUNE_OPTION_MAX] = {};
	u32 length;

	if (!tcptune_option_due(ctx, state))
		return;
	length = tcptune_option_write(tp, option + TCPTUNE_OPTION_HEADER);
	if (!length || length > option_length || length > TCPTUNE_VALUE_MAX)
		return;
	length += TCPTUNE_OPTION_HEADER;
	option[0] = 254;
	option[1] = length;
	option[2] = option_exid >> 8;
	option[3] = option_exid;
	bpf_store_hdr_opt(ctx, option, length, 0);
}

static __always_inline void tcptune_option_receive(struct bpf_sock_ops *ctx,
						   struct tt_header_state *state,
						   const struct tcp_sock *tp, u64 flags)
{
	u8 option[TCPTUNE_OPTION_MAX] = {}, said[TCPTUNE_VALUE_MAX] = {};
	struct bpf_sock *sk = (struct bpf_sock *)ctx->sk;
	struct tt_option_values *values;
	struct tt_option_value *kept;
	long length;

	if (!sk || !state || !(state->offered & (1U << option_index)))
		return;
	length = tcptune_option_load(ctx, option, flags) - TCPTUNE_OPTION_HEADER;
	if (length <= 0 || length > TCPTUNE_VALUE_MAX)
		return;
	length = tcptune_option_parse(tp, option + TCPTUNE_OPTION_HEADER, length, said);
	if (length <= 0 || length > TCPTUNE_VALUE_MAX)
		return;
	values = bpf_sk_storage_get(&option_values, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!values)
		return;
	kept = &values->of[(option_index - TT_HDR_RAW) & (TT_MAX_RAW - 1)];
	__builtin_memcpy(kept->bytes, said, sizeof(said));
	kept->length = length;
	kept->heard_ns = bpf_ktime_get_ns();
}

static __always_inline int tcptune_option_run(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = (struct bpf_sock *)ctx->sk;
	struct tt_identity *id = bpf_get_local_storage(&identity, 0);
	struct tt_header_state *state = NULL;
	const struct tcp_sock *tp = NULL;
	struct tt_connection *conn;

	if (sk) {
		conn = bpf_sk_storage_get(&connections, sk, NULL, 0);
		if (!conn || conn->header.attachment != id->attachment) /* another's */
			return 1;
		state = &conn->header;
		tp = bpf_skc_to_tcp_sock(sk);
	}
	switch (ctx->op) {
	case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
		tcptune_option_send(ctx, state, tp);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		tcptune_option_receive(ctx, state, tp, BPF_LOAD_HDR_OPT_TCP_SYN);
		break;
	default:
		tcptune_option_receive(ctx, state, tp, 0);
	}
	if (option_next < TT_MAX_RAW)
		bpf_tail_call(ctx, &option_programs, option_next);
	return 1;
}

#define TCPTUNE_OPTION						\
	SEC("sockops") int tcptune_option(struct bpf_sock_ops *ctx)	\
	{								\
		return tcptune_option_run(ctx);				\
	}								\
	char _license[] SEC("license") = "GPL"

#endif
