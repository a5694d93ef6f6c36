/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths that drop what carries options. A SYN that isn't answered goes out again without; if
 * that one is, it is a strike for the destination's prefix. Two in a row, and no offers are made
 * to it for a while: one alone can be an ordinary loss. After the while, one more is enough.
 */
#ifndef TCPTUNE_HEADER_PATH_H
#define TCPTUNE_HEADER_PATH_H

#include "header_state.h"

#define REFUSAL_NS (600ULL * 1000000000) /* how long no offers are made */
#define OUTAGE_NS 500000000ULL		 /* strikes this close are one loss of many SYNs */

static __always_inline void path_of(struct tt_path *key, struct bpf_sock_ops *ctx)
{
	u32 remote[4];

	remote_of(remote, ctx);
	__builtin_memset(key, 0, sizeof(*key));
	key->netns = bpf_get_netns_cookie(ctx);
	key->prefix[0] = remote[0];
	key->prefix[1] = remote[1];
	if (is_mapped(AF_INET6, remote)) {
		key->prefix[2] = remote[2];
		key->prefix[3] = remote[3] & bpf_htonl(0xffffff00);
	}
}

/* NULL: it has dropped nothing yet. */
static __always_inline const struct tt_refusal *path_find(struct bpf_sock_ops *ctx)
{
	const u32 *any = bpf_map_lookup_elem(&any_refusals, &(u32){ 0 });
	struct tt_path key;

	if (!any || !*any)
		return NULL;
	path_of(&key, ctx);
	return bpf_map_lookup_elem(&refusals, &key);
}

static __always_inline bool path_refuses(const struct tt_refusal *refusal)
{
	return refusal && bpf_ktime_get_ns() < refusal->until_ns;
}

static __always_inline void path_accepts(struct bpf_sock_ops *ctx)
{
	struct tt_path key;

	path_of(&key, ctx);
	bpf_map_delete_elem(&refusals, &key);
}

/* `sure`: one strike is enough. */
static __always_inline void path_strike(struct bpf_sock_ops *ctx, bool sure)
{
	struct tt_refusal refusal = { .until_ns = bpf_ktime_get_ns() };
	u32 *any = bpf_map_lookup_elem(&any_refusals, &(u32){ 0 });
	struct tt_refusal *earlier;
	struct tt_path key;

	path_of(&key, ctx);
	earlier = bpf_map_lookup_elem(&refusals, &key);
	if (earlier && refusal.until_ns < earlier->until_ns + OUTAGE_NS && !sure)
		return;
	if (earlier || sure)
		refusal.until_ns += REFUSAL_NS;
	bpf_map_update_elem(&refusals, &key, &refusal, BPF_ANY);
	if (any)
		*any = 1;
}

#endif
