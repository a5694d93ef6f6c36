/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of a profile's rules a connection falls under. Each condition maps what it looks at to
 * the set of rules that accept it, a bit per rule; the rules that match are the intersection,
 * and the lowest bit is the first of them (bit-vector classification: Lakshman and Stiliadis,
 * SIGCOMM 1998). The cost doesn't depend on the number of rules.
 */
#ifndef TCPTUNE_MATCH_H
#define TCPTUNE_MATCH_H

#include <tcptune/kernel.h>
#include <tcptune_abi.h>

const volatile u64 rules;	    /* all there are */
const volatile u64 rules_outbound;  /* not only for inbound */
const volatile u64 rules_inbound;   /* not only for outbound */
const volatile u64 rules_any_port;  /* without a port */
const volatile bool rules_by_remote; /* some have prefixes */
const volatile bool rules_by_port;  /* some have ports */

struct remote_key {
	u32 prefix_length;
	u32 address[4]; /* IPv4 as ::ffff:a.b.c.d */
};

/* User space puts at every prefix all rules that accept it, shorter prefixes' included. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct remote_key);
	__type(value, u64);
} rules_remote SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u16);
	__type(value, u64);
} rules_port SEC(".maps");

struct flow {
	u32 remote[4];
	u16 service_port; /* remote of an outbound connection, local of an inbound one */
	bool inbound;
};

static __always_inline void map_ipv4(u32 to[4], u32 address)
{
	to[0] = 0;
	to[1] = 0;
	to[2] = bpf_htonl(0xffff);
	to[3] = address;
}

static __always_inline bool is_mapped(u32 family, const u32 address[4])
{
	return family == AF_INET6 && !address[0] && !address[1] && address[2] == bpf_htonl(0xffff);
}

/* 0: no rule; i + 1: rule i. */
static __always_inline u32 match_rule(const struct flow *flow)
{
	u64 matching;

	if (!rules)
		return 0;
	matching = rules & (flow->inbound ? rules_inbound : rules_outbound);
	if (rules_by_remote) {
		struct remote_key key = { .prefix_length = 128 };
		u64 *set;

		__builtin_memcpy(key.address, flow->remote, sizeof(key.address));
		set = bpf_map_lookup_elem(&rules_remote, &key);
		matching &= set ? *set : 0;
	}
	if (rules_by_port) {
		u64 *set = bpf_map_lookup_elem(&rules_port, &flow->service_port);

		matching &= rules_any_port | (set ? *set : 0);
	}
	return matching ? __builtin_ctzll(matching) + 1 : 0;
}

#endif
