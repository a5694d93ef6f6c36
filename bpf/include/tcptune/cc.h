/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a congestion controller is written against. A controller is one .bpf.c file:
 *
 *	#include <tcptune/cc.h>
 *
 *	TCPTUNE_PARAMETER(u32, beta_permille, 500, 100, 950, "Multiplicative decrease factor");
 *
 *	TCPTUNE_CALLBACK(u32, mine_ssthresh, struct sock *sk) { ... }
 *	...
 *	TCPTUNE_CONTROLLER(mine,
 *			   .ssthresh = (void *)mine_ssthresh,
 *			   .cong_avoid = (void *)mine_cong_avoid,
 *			   .undo_cwnd = (void *)mine_undo_cwnd);
 *
 * The kernel wants ssthresh, undo_cwnd and one of cong_avoid and cong_control. Every callback
 * that is defined costs a trampoline each time the kernel passes by: define the ones you need,
 * and leave the per-ACK ones (pkts_acked, in_ack_event) out if cong_avoid can do their work.
 * State starts zeroed for each connection, so init is seldom needed.
 */
#ifndef TCPTUNE_CC_H
#define TCPTUNE_CC_H

#include <tcptune/kernel.h>

#include <bpf/bpf_tracing.h>

#include <tcptune/uapi.h>

/*
 * A number that a profile can set before the program is loaded: named with its unit, kept in
 * .rodata. Range and description travel in the object's BTF, as declaration tags.
 */
#define TCPTUNE_PARAMETER(type, name, value, lowest, highest, description)		\
	_Static_assert((value) >= (lowest) && (value) <= (highest), "default of " #name);	\
	const volatile type name							\
		__attribute__((btf_decl_tag("param:range=" #lowest ".." #highest)))	\
		__attribute__((btf_decl_tag("param:doc=" description))) = (value)

/* How often a callback had to be put right; `tcptune doctor` reports it. */
u64 tcptune_clamps;

/* What a callback leaves behind or returns can't stall a connection, whatever it does. */
static __always_inline void tcptune_clamp_state(u64 **ctx)
{
	struct sock *sk = (struct sock *)(*ctx)[0];
	struct tcp_sock *tp = (struct tcp_sock *)sk;

	if ((s32)tp->snd_cwnd <= 0) {
		tp->snd_cwnd = 1;
		__sync_fetch_and_add(&tcptune_clamps, 1);
	}
	if (!sk->sk_pacing_rate) {
		sk->sk_pacing_rate = tp->mss_cache;
		__sync_fetch_and_add(&tcptune_clamps, 1);
	}
}

static __always_inline u32 tcptune_clamp_segments(u32 segments)
{
	if ((s32)segments > 0)
		return segments;
	__sync_fetch_and_add(&tcptune_clamps, 1);
	return 1;
}

#define TCPTUNE_CLAMPED_void(call) (call)
#define TCPTUNE_CLAMPED_u32(call) tcptune_clamp_segments(call)

/*
 * A member of tcp_congestion_ops: what it returns (void, or u32 for a number of segments), its name
 * and its arguments.
 */
#define TCPTUNE_CALLBACK(type, name, args...)						\
	SEC("struct_ops/" #name) type name(unsigned long long *ctx);			\
	static __always_inline type ____##name(unsigned long long *ctx, ##args);	\
	type name(unsigned long long *ctx)						\
	{										\
		u64 *clamped __attribute__((cleanup(tcptune_clamp_state), unused)) = ctx; \
											\
		_Pragma("GCC diagnostic push")						\
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")			\
		return TCPTUNE_CLAMPED_##type(____##name(___bpf_ctx_cast(args)));	\
		_Pragma("GCC diagnostic pop")						\
	}										\
	static __always_inline type ____##name(unsigned long long *ctx, ##args)

/*
 * The member cong_control, of either signature:
 *
 *	TCPTUNE_CONG_CONTROL(mine_cong_control, struct sock *sk, const struct rate_sample *rs)
 */
#define TCPTUNE_CONG_CONTROL(name, sk, rs)						\
	SEC("struct_ops/" #name) void name(unsigned long long *ctx);			\
	static __always_inline void ____##name(sk, rs);					\
	void name(unsigned long long *ctx)						\
	{										\
		u64 *clamped __attribute__((cleanup(tcptune_clamp_state), unused)) = ctx; \
											\
		____##name((struct sock *)ctx[0], tcptune_rate_sample(ctx));		\
	}										\
	static __always_inline void ____##name(sk, rs)

/* The controller itself, under its C name; and the license that the kernel's functions want. */
#define TCPTUNE_CONTROLLER(controller, ...)						\
	_Static_assert(sizeof(#controller) <= sizeof(((struct tcp_congestion_ops *)0)->name), \
		       "the kernel allows 15 characters");				\
	char controller##_license[] SEC("license") = "GPL";				\
	SEC(".struct_ops")								\
	struct tcp_congestion_ops controller = { .name = #controller, __VA_ARGS__ }

/* The connection's own 104 bytes, as a `type`. */
#define tcptune_state(sk, type)								\
	({										\
		_Static_assert(sizeof(type) <=						\
				       sizeof(((struct inet_connection_sock *)0)->icsk_ca_priv), \
			       #type " is larger than a connection's private state");	\
		(type *)((struct inet_connection_sock *)(sk))->icsk_ca_priv;		\
	})

/*
 * Shows that state: `tcptune connections --cc-state` prints the members that have a description, and
 * `tcptune cc show` describes them. The type and its tags travel in the object's BTF, and nothing
 * else does: showing costs the controller nothing.
 *
 *	struct mine {
 *		TCPTUNE_FIELD("The least RTT of the last 10 s") u32 base_us;
 *		u32 scratch;
 *	};
 *	TCPTUNE_STATE(struct mine);
 *
 * Integers, bools, enums, arrays and structures, whose own members need descriptions then, can be
 * shown. A name carries the unit. What ends in _q10 is a fixed-point number with 10 fractional bits:
 * it is shown as a decimal, without that ending.
 */
#define TCPTUNE_FIELD(description) __attribute__((btf_decl_tag("state:doc=" description)))

#define TCPTUNE_STATE(type)								\
	_Static_assert(sizeof(type) <=							\
			       sizeof(((struct inet_connection_sock *)0)->icsk_ca_priv),	\
		       #type " is larger than a connection's private state");		\
	type *tcptune_exported_state

/* State that doesn't fit there, zeroed and then kept as long as the socket. */
#define TCPTUNE_STORAGE(map, state)			\
	struct {					\
		__uint(type, BPF_MAP_TYPE_SK_STORAGE);	\
		__uint(map_flags, BPF_F_NO_PREALLOC);	\
		__type(key, int);			\
		__type(value, state);			\
	} map SEC(".maps")

/* The kernel's own, callable from controllers since 5.13. */

/* Grows cwnd by one per segment acknowledged up to ssthresh; returns the segments left over. */
extern u32 tcp_slow_start(struct tcp_sock *tp, u32 acked) __ksym;
/* Grows cwnd by one for every w segments acknowledged. */
extern void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked) __ksym;
/* The larger of cwnd and the cwnd before the last reduction. */
extern u32 tcp_reno_undo_cwnd(struct sock *sk) __ksym;

#define min(a, b)							\
	({								\
		__auto_type _min_a = (a);				\
		__auto_type _min_b = (b);				\
		_min_a < _min_b ? _min_a : _min_b;			\
	})

#define max(a, b)							\
	({								\
		__auto_type _max_a = (a);				\
		__auto_type _max_b = (b);				\
		_max_a > _max_b ? _max_a : _max_b;			\
	})

static __always_inline struct tcp_sock *tcp_sk(struct sock *sk)
{
	return (struct tcp_sock *)sk;
}

/* Whether cong_control has the arguments ack and flag. */
#if __clang_major__ >= 15
static __always_inline bool tcptune_cong_control_has_ack(void)
{
	return bpf_core_type_matches(struct tcp_congestion_ops___with_ack);
}
#else /* it can't ask for that: by the version, which is wrong where it was backported */
extern int LINUX_KERNEL_VERSION __kconfig;

static __always_inline bool tcptune_cong_control_has_ack(void)
{
	return LINUX_KERNEL_VERSION >= (6 << 16) + (10 << 8);
}
#endif

/* The barriers keep the compiler from merging the loads into one of a variable offset. */
static __always_inline const struct rate_sample *tcptune_rate_sample(u64 *ctx)
{
	u64 rs;

	if (tcptune_cong_control_has_ack()) {
		rs = ctx[3];
		barrier_var(rs);
	} else {
		rs = ctx[1];
		barrier_var(rs);
	}
	return (const struct rate_sample *)rs;
}

static __always_inline bool tcptune_in_slow_start(struct tcp_sock *tp)
{
	return tp->snd_cwnd < tp->snd_ssthresh;
}

/*
 * Whether the sender used its window, so that an ACK says something about the path (RFC 7661).
 * In slow start half of it is enough: it doubles anyway.
 */
static __always_inline bool tcptune_is_cwnd_limited(struct tcp_sock *tp)
{
	if (BPF_CORE_READ_BITFIELD(tp, is_cwnd_limited))
		return true;
	return tcptune_in_slow_start(tp) && tp->snd_cwnd < 2 * tp->max_packets_out;
}

/*
 * FlightSize (RFC 5681, section 2), in segments: the most of the last window, since an ACK that
 * reports a loss may have acknowledged much of it. At most cwnd: SACKed segments count too.
 */
static __always_inline u32 tcptune_flight_size(struct tcp_sock *tp)
{
	return min(max(tp->packets_out, tp->max_packets_out), tp->snd_cwnd);
}

/*
 * Whether the round that ends with this sequence number, snd_nxt as it began, is over. 0, as state
 * starts: none has begun. init is too early for that: with a controller that was chosen before the
 * SYN, snd_nxt isn't set yet.
 */
static __always_inline bool tcptune_round_over(struct tcp_sock *tp, u32 end)
{
	return !end || (s32)(tp->snd_una - end) >= 0;
}

/* Smoothed RTT in us; 0: none yet. */
static __always_inline u32 tcptune_srtt_us(struct tcp_sock *tp)
{
	return tp->srtt_us >> 3;
}

/* Sets cwnd, within what the socket allows. */
static __always_inline void tcptune_set_cwnd(struct tcp_sock *tp, u32 cwnd)
{
	tp->snd_cwnd = max(min(cwnd, tp->snd_cwnd_clamp), 1u);
}

/*
 * Takes segments from cwnd without a loss, down to `floor`; ssthresh comes along, or the
 * connection would be in slow start.
 */
static __always_inline void tcptune_lower_cwnd(struct tcp_sock *tp, u32 segments, u32 floor)
{
	u32 cwnd = tp->snd_cwnd;

	if (cwnd <= floor)
		return;
	tcptune_set_cwnd(tp, cwnd - min(segments, cwnd - floor));
	tp->snd_ssthresh = min(tp->snd_ssthresh, tp->snd_cwnd);
}

/* Segments in flight: sent, and neither acknowledged, SACKed nor lost. */
static __always_inline u32 tcptune_packets_in_flight(struct tcp_sock *tp)
{
	return tp->packets_out - tp->sacked_out - tp->lost_out + tp->retrans_out;
}

/* TCP paces itself from here on, unless fq does. Before 6.0 a controller mustn't. */
static __always_inline void tcptune_start_pacing(struct sock *sk)
{
	if (sk->sk_pacing_status == SK_PACING_NONE)
		sk->sk_pacing_status = SK_PACING_NEEDED;
}

/* Sets the pacing rate, in bytes per s, within what the socket allows. */
static __always_inline void tcptune_set_pacing_rate(struct sock *sk, u64 rate)
{
	sk->sk_pacing_rate = max(min(rate, (u64)sk->sk_max_pacing_rate), (u64)tcp_sk(sk)->mss_cache);
}

#endif
