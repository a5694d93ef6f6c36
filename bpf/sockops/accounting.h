/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's per-socket totals to per-attachment counters. What has been counted of a
 * connection stands in its socket storage; whoever gets there first (the connection's own
 * callbacks, or a reader that wants fresh numbers) counts the difference, once.
 */
#ifndef TCPTUNE_ACCOUNTING_H
#define TCPTUNE_ACCOUNTING_H

#include "maps.h"

/* A jiffy's length in us, set at load. */
const volatile u32 jiffy_us = 4000;

enum { CHRONO_BUSY = 1, CHRONO_RWND_LIMITED, CHRONO_SNDBUF_LIMITED };

static __always_inline void count(struct tt_statistics *st, enum tt_counter counter)
{
	__sync_fetch_and_add(&st->counters[counter], 1);
}

/* As tcp_get_info() has them: the running interval belongs to the current type. */
static __always_inline u64 chrono(const struct tcp_sock *tp, u32 type, u32 now)
{
	u64 jiffies = tp->chrono_stat[type - 1];

	/* A byte of its own since 6.15, two bits of one before. */
	if (BPF_CORE_READ_BITFIELD(tp, chrono_type) == type)
		jiffies += now - tp->chrono_start;
	return jiffies * jiffy_us;
}

/* The kernel's totals of a connection, in tt_counter's order. */
static __always_inline void read_totals(u64 totals[TT_FLOW_COUNT], const struct tcp_sock *tp)
{
	u32 now = bpf_jiffies64();
	u64 rwnd = chrono(tp, CHRONO_RWND_LIMITED, now);
	u64 sndbuf = chrono(tp, CHRONO_SNDBUF_LIMITED, now);

#define TOTAL(counter) totals[(counter) - TT_FLOW_FIRST]
	TOTAL(TT_BYTES_SENT) = tp->bytes_sent;
	TOTAL(TT_BYTES_ACKED) = tp->bytes_acked;
	TOTAL(TT_BYTES_RECEIVED) = tp->bytes_received;
	TOTAL(TT_BYTES_RETRANSMITTED) = tp->bytes_retrans;
	TOTAL(TT_SEGMENTS_SENT) = tp->segs_out;
	TOTAL(TT_SEGMENTS_RECEIVED) = tp->segs_in;
	TOTAL(TT_DATA_SEGMENTS_SENT) = tp->data_segs_out;
	TOTAL(TT_RETRANSMITS) = tp->total_retrans;
	TOTAL(TT_LOST) = tp->lost;
	TOTAL(TT_DELIVERED) = tp->delivered;
	TOTAL(TT_DELIVERED_CE) = tp->delivered_ce;
	TOTAL(TT_BUSY_TIME) = chrono(tp, CHRONO_BUSY, now) + rwnd + sndbuf;
	TOTAL(TT_RWND_LIMITED_TIME) = rwnd;
	TOTAL(TT_SNDBUF_LIMITED_TIME) = sndbuf;
#undef TOTAL
}

/*
 * Counts what is new. Both sides compare and swap: a connection's own callback reads its totals
 * under the socket's lock, so a reader is never ahead of it, and nothing is counted twice or
 * taken back.
 *
 * False: a reader was counting just then, and something may be left.
 *
 * Not inlined, or what it needs of the stack would be its callers' while they call others.
 */
static __noinline bool count_totals(struct tt_statistics *st, struct tt_connection *conn,
					 const struct tcp_sock *tp)
{
	u64 totals[TT_FLOW_COUNT];
	bool all = true;
	int i;

	read_totals(totals, tp);
#pragma unroll
	for (i = 0; i < TT_FLOW_COUNT; i++) {
		u64 before = *(volatile u64 *)&conn->counted[i];

		if ((s64)(totals[i] - before) <= 0)
			continue;
		if (__sync_val_compare_and_swap(&conn->counted[i], before, totals[i]) == before)
			__sync_fetch_and_add(&st->counters[TT_FLOW_FIRST + i], totals[i] - before);
		else
			all = false;
	}
	return all;
}

/* Counts only what comes after now. */
static __always_inline void skip_totals(struct tt_connection *conn, const struct tcp_sock *tp)
{
	read_totals(conn->counted, tp);
}

/* bytes/s, as tcp_get_info() computes tcpi_delivery_rate; 0: not known yet. */
static __always_inline u64 delivery_rate(const struct tcp_sock *tp)
{
	u32 interval = tp->rate_interval_us;

	if (!tp->rate_delivered || !interval)
		return 0;
	return (u64)tp->rate_delivered * tp->mss_cache * 1000000 / interval;
}

#endif
