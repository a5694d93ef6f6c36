/* SPDX-License-Identifier: GPL-2.0 */
/* Log-linear histograms; the layout is described in tcptune_abi.h. */
#ifndef TCPTUNE_HISTOGRAM_H
#define TCPTUNE_HISTOGRAM_H

#include <tcptune/kernel.h>
#include <tcptune_abi.h>

/* floor(log2(v)), v > 0: BPF has no instruction for it. */
static __always_inline u32 log2_floor(u64 v)
{
	u32 r = 0, shift;

#pragma unroll
	for (shift = 32; shift; shift >>= 1) {
		if (v >> shift) {
			v >>= shift;
			r += shift;
		}
	}
	return r;
}

static __always_inline u32 histogram_bucket(u64 v, u32 buckets)
{
	u32 octave, bucket;

	if (v < (1 << TT_HIST_SUB_BITS))
		return v;
	octave = log2_floor(v);
	bucket = ((octave - TT_HIST_SUB_BITS + 1) << TT_HIST_SUB_BITS) +
		 ((v >> (octave - TT_HIST_SUB_BITS)) & ((1 << TT_HIST_SUB_BITS) - 1));
	return bucket < buckets ? bucket : buckets - 1;
}

/* A softirq can run the same program on this CPU in the middle of an addition: so atomic. */
static __always_inline void histogram_add(u64 *histogram, u32 buckets, u64 *sum, u64 v)
{
	u32 bucket = histogram_bucket(v, buckets);

	if (bucket >= buckets) /* never; for the verifier */
		return;
	__sync_fetch_and_add(&histogram[bucket], 1);
	__sync_fetch_and_add(sum, v);
}

#endif
