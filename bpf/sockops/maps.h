/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The maps that every program of tcptune on this host shares. They are pinned, and each load
 * uses the pinned ones, so that statistics and connections outlive a change of profile.
 */
#ifndef TCPTUNE_MAPS_H
#define TCPTUNE_MAPS_H

#include <linux/bpf.h>

#include <tcptune/kernel.h>
#include <tcptune_abi.h>

#include <tcptune/option_maps.h>

/* By attachment. Entries are made by user space at apply: 5 KB a CPU, never allocated here. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct tt_statistics);
} statistics SEC(".maps");

/* Of listeners whose SYN-ACKs carry header options. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tt_header_state);
} header_options SEC(".maps");

/* What peers said of themselves, by who they said they are; bounded, since anyone can say anything. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TT_MAX_PEERS);
	__type(key, struct tt_peer_key);
	__type(value, struct tt_peer_statistics);
} peers SEC(".maps");

/*
 * Those that find no room there, by attachment. Made by user space at apply: whoever fills the map
 * above neither goes uncounted nor keeps a profile from being applied.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct tt_peer_statistics);
} peer_rest SEC(".maps");

/* Paths that drop options, by destination; evicts the oldest when full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct tt_path);
	__type(value, struct tt_refusal);
} refusals SEC(".maps");

/* Whether there has ever been one: on most hosts never, and that is quicker to see. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} any_refusals SEC(".maps");

static __always_inline struct tt_statistics *statistics_of(u64 attachment)
{
	return bpf_map_lookup_elem(&statistics, &attachment);
}

#endif
