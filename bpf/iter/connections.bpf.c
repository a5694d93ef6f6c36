// SPDX-License-Identifier: GPL-2.0
/*
 * Over all connections that tcptune tunes, in every network namespace at once: the iterator
 * walks the socket storage itself, not the hash table of all sockets.
 */
#include <tcptune/kernel.h>

#include "../sockops/accounting.h"
#include "../sockops/maps.h"
#include "../sockops/record.h"

/* Whether list_connections adds what the congestion controller keeps in the socket. */
const volatile bool with_cc_state;

/* The owner of BPF's controllers, less the upper bits that make it no address. */
#define BPF_MODULE_OWNER 0x3ae7c
#define BPF_MODULE_OWNER_MASK 0xffffffffffff

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct tcp_congestion_ops___with_owner {
	void *owner;
};

struct bpf_prog_aux {
	u32 id;
};

struct bpf_prog {
	struct bpf_prog_aux *aux;
};

struct bpf_link {
	struct bpf_prog *prog;
};

/* What the kernel's copy of a BPF controller's tcp_congestion_ops is a part of. */
struct bpf_struct_ops_value {
	char data[0];
};

struct bpf_struct_ops_map {
	struct bpf_link **links;
	struct bpf_struct_ops_value kvalue;
};
#pragma clang attribute pop

/* The id of the first of a controller's programs, ssthresh; 0: it is none of BPF's. */
static __always_inline u32 cc_program(const struct inet_connection_sock *icsk)
{
	struct tcp_congestion_ops___with_owner *ops;
	struct bpf_struct_ops_map *map;
	struct bpf_link *link = NULL;

	bpf_core_read(&ops, sizeof(ops), &icsk->icsk_ca_ops);
	if (!bpf_core_field_exists(struct bpf_struct_ops_map, links) ||
	    ((u64)BPF_CORE_READ(ops, owner) & BPF_MODULE_OWNER_MASK) != BPF_MODULE_OWNER)
		return 0;
	map = (void *)ops - bpf_core_field_offset(struct bpf_struct_ops_map, kvalue.data);
	bpf_probe_read_kernel(&link, sizeof(link), BPF_CORE_READ(map, links));
	return BPF_CORE_READ(link, prog, aux, id);
}

static const struct tt_option_values no_option_values;

static __always_inline void write_option_values(struct seq_file *seq, struct sock *sk)
{
	struct tt_option_values *found = bpf_sk_storage_get(&option_values, sk, NULL, 0);

	if (found)
		bpf_seq_write(seq, found, sizeof(*found));
	else
		bpf_seq_write(seq, &no_option_values, sizeof(no_option_values));
}

SEC("iter/bpf_sk_storage_map")
int list_connections(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct tt_connection *conn = ctx->value;
	struct tt_connection_record r = {};
	struct sock *sk = ctx->sk;
	struct tcp_sock *tp;

	if (!sk || !conn || !conn->attachment)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return 0;
	describe(&r, conn, tp);
	r.cookie = bpf_get_socket_cookie(sk);
	bpf_seq_write(ctx->meta->seq, &r, sizeof(r));
	if (with_cc_state) {
		struct inet_connection_sock *icsk = &tp->inet_conn;
		struct tt_cc_state state = { .program = cc_program(icsk) };

		bpf_probe_read_kernel(state.bytes, sizeof(state.bytes), icsk->icsk_ca_priv);
		bpf_seq_write(ctx->meta->seq, &state, sizeof(state));
		write_option_values(ctx->meta->seq, sk);
	}
	return 0;
}

/* Brings the counters up to date: a connection that only receives has no callback of its own. */
SEC("iter/bpf_sk_storage_map")
int count_connections(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct tt_connection *conn;
	struct tt_statistics *st;
	struct tcp_sock *tp;

	if (!sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	conn = bpf_sk_storage_get(&connections, sk, NULL, 0);
	if (!tp || !conn)
		return 0;
	st = statistics_of(conn->attachment);
	if (st)
		count_totals(st, conn, tp);
	return 0;
}

char _license[] SEC("license") = "GPL";
