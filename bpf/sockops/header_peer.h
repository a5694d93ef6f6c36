/* SPDX-License-Identifier: GPL-2.0 */
/* What peers say of themselves, summed up by who they say they are. */
#ifndef TCPTUNE_HEADER_PEER_H
#define TCPTUNE_HEADER_PEER_H

#include <tcptune/histogram.h>

#include "header_state.h"
#include "header_wire.h"

/* Too large for the stack: what a new entry starts as. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct tt_peer_statistics);
} peer_zero SEC(".maps");

/* Once the map is full, all who are new go to the attachment's entry for the rest. Nobody is it. */
static __always_inline struct tt_peer_statistics *peer_of(const struct tt_header_state *state)
{
	struct tt_peer_key key = {
		.attachment = state->attachment,
		.workload = state->peer.workload,
		.profile = state->peer.profile,
	};
	struct tt_peer_statistics *peer;

	if (key.workload == TT_PEER_REST && key.profile == TT_PEER_REST)
		return bpf_map_lookup_elem(&peer_rest, &key.attachment);
	peer = bpf_map_lookup_elem(&peers, &key);
	if (peer)
		return peer;
	peer = bpf_map_lookup_elem(&peer_zero, &(u32){ 0 });
	if (peer)
		bpf_map_update_elem(&peers, &key, peer, BPF_NOEXIST);
	peer = bpf_map_lookup_elem(&peers, &key);
	return peer ? peer : bpf_map_lookup_elem(&peer_rest, &key.attachment);
}

static __always_inline void count_peer(const struct tt_header_state *state, s64 connections)
{
	struct tt_peer_statistics *peer = peer_of(state);

	if (peer)
		__sync_fetch_and_add(&peer->connections, connections);
}

static __always_inline void count_telemetry(const struct tt_header_state *state)
{
	struct tt_peer_statistics *peer = peer_of(state);
	const struct tt_peer *said = &state->peer;

	if (!peer)
		return;
	__sync_fetch_and_add(&peer->telemetry, 1);
	histogram_add(peer->rtt, TT_RTT_BUCKETS, &peer->rtt_sum, said->srtt);
	histogram_add(peer->cwnd, TT_CWND_BUCKETS, &peer->cwnd_sum, said->cwnd);
	if (said->delay_in != NOT_KNOWN)
		histogram_add(peer->delay_in, TT_RTT_BUCKETS, &peer->delay_in_sum, said->delay_in);
	if (said->delay_out != NOT_KNOWN)
		histogram_add(peer->delay_out, TT_RTT_BUCKETS, &peer->delay_out_sum,
			      said->delay_out);
}

#endif
