/* SPDX-License-Identifier: GPL-2.0 */
/* tcptune's header options as bytes; docs/header-options.md has them one by one. */
#ifndef TCPTUNE_HEADER_WIRE_H
#define TCPTUNE_HEADER_WIRE_H

#include <tcptune/histogram.h>
#include <tcptune/kernel.h>

#define TCPHDR_FIN 1
#define TCPHDR_SYN 2

#define KIND_USER_TIMEOUT 28 /* RFC 5482 */
#define KIND_EXPERIMENT 254  /* RFC 6994 */

#define OPTION_EXID 0x7474
#define OPTION_VERSION 1
#define OPTION_MAX 40
#define EXPERIMENT_HEADER 4 /* kind, length, ExID */

enum option_type {
	OPTION_HELLO = 1,
	OPTION_TELEMETRY = 2,
};

enum hello_flags {
	HELLO_TELEMETRY = 1 << 0,
	HELLO_ACK_DELAY = 1 << 1,
	HELLO_IDENTITY = 1 << 2,
	HELLO_COOKIE = 1 << 3,
};

#define HELLO_MIN 6
#define HELLO_ACK_DELAY_LEN 2
#define HELLO_IDENTITY_LEN 8
#define TELEMETRY_LEN 20
#define USER_TIMEOUT_LEN 4

#define ACK_DELAY_UNIT 100 /* us */
#define FLOAT16_NONE 0xffff
#define CLOCK_MASK 0xffffff
#define NOT_KNOWN ((u32)~0)

struct hello {
	u8 flags;
	u32 ack_delay; /* us */
	u32 workload;
	u32 profile;
};

struct telemetry {
	u32 cwnd; /* segments */
	u32 srtt; /* us */
	u32 min_rtt; /* us, or NOT_KNOWN */
	u64 rate; /* bytes/s, 0: not known */
	u32 retransmits;
	u32 clock; /* us, 24 bits */
	u32 delay; /* us, or NOT_KNOWN */
};

static __always_inline void put16(u8 *at, u16 v)
{
	at[0] = v >> 8;
	at[1] = v;
}

static __always_inline void put32(u8 *at, u32 v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static __always_inline u16 get16(const u8 *at)
{
	return at[0] << 8 | at[1];
}

static __always_inline u32 get32(const u8 *at)
{
	return (u32)get16(at) << 16 | get16(at + 2);
}

/* m * 2^e, e in the upper five bits and m in the lower eleven; the largest not above v. */
__noinline u32 to_float16(u64 v)
{
	u32 exponent;

	if (v < 2048)
		return v;
	exponent = log2_floor(v) - 10;
	return exponent > 30 ? 30 << 11 | 2047 : exponent << 11 | (v >> exponent & 2047);
}

static __always_inline u64 from_float16(u16 f)
{
	return (u64)(f & 2047) << (f >> 11);
}

static __always_inline u32 known_from_float16(u16 f)
{
	u64 v = from_float16(f);

	return f == FLOAT16_NONE || v >= NOT_KNOWN ? NOT_KNOWN : v;
}

static __always_inline u32 hello_length(u8 flags)
{
	return HELLO_MIN + (flags & HELLO_ACK_DELAY ? HELLO_ACK_DELAY_LEN : 0) +
	       (flags & HELLO_IDENTITY ? HELLO_IDENTITY_LEN : 0);
}

static __always_inline void put_start(u8 *option, u8 length, enum option_type type)
{
	option[0] = KIND_EXPERIMENT;
	option[1] = length;
	put16(option + 2, OPTION_EXID);
	option[4] = OPTION_VERSION << 4 | type;
}

/* Four lengths, each at constant places: the verifier follows no computed ones. */
static __always_inline u32 put_hello(u8 option[OPTION_MAX], const struct hello *h)
{
	u32 length = hello_length(h->flags);

	put_start(option, length, OPTION_HELLO);
	option[5] = h->flags;
	if (h->flags & HELLO_ACK_DELAY) {
		put16(option + 6, (h->ack_delay + ACK_DELAY_UNIT - 1) / ACK_DELAY_UNIT);
		put32(option + 8, h->workload);
		put32(option + 12, h->profile);
	} else {
		put32(option + 6, h->workload);
		put32(option + 10, h->profile);
	}
	return length;
}

/* Whether an option has its type's length; without one of ours for a type, none will do. */
static __always_inline bool is_well_formed(const u8 option[OPTION_MAX])
{
	switch (option[4] & 15) {
	case OPTION_HELLO:
		return option[1] == hello_length(option[5]);
	case OPTION_TELEMETRY:
		return option[1] == TELEMETRY_LEN;
	default:
		return false;
	}
}

static __always_inline void get_hello(struct hello *h, const u8 option[OPTION_MAX])
{
	h->flags = option[5];
	h->ack_delay = h->flags & HELLO_ACK_DELAY ? get16(option + 6) * ACK_DELAY_UNIT : 0;
	if (!(h->flags & HELLO_IDENTITY)) {
		h->workload = 0;
		h->profile = 0;
	} else if (h->flags & HELLO_ACK_DELAY) {
		h->workload = get32(option + 8);
		h->profile = get32(option + 12);
	} else {
		h->workload = get32(option + 6);
		h->profile = get32(option + 10);
	}
}

static __always_inline void put_telemetry(u8 option[TELEMETRY_LEN], const struct telemetry *t)
{
	put_start(option, TELEMETRY_LEN, OPTION_TELEMETRY);
	put16(option + 5, t->cwnd > 0xffff ? 0xffff : t->cwnd);
	put16(option + 7, to_float16(t->srtt));
	put16(option + 9, t->min_rtt == NOT_KNOWN ? FLOAT16_NONE : to_float16(t->min_rtt));
	put16(option + 11, to_float16(t->rate));
	put16(option + 13, t->retransmits);
	option[15] = t->clock >> 16;
	put16(option + 16, t->clock);
	put16(option + 18, t->delay == NOT_KNOWN ? FLOAT16_NONE : to_float16(t->delay));
}

static __always_inline void get_telemetry(struct telemetry *t, const u8 option[OPTION_MAX])
{
	t->cwnd = get16(option + 5);
	t->srtt = known_from_float16(get16(option + 7));
	t->min_rtt = known_from_float16(get16(option + 9));
	t->rate = from_float16(get16(option + 11));
	t->retransmits = get16(option + 13);
	t->clock = (u32)option[15] << 16 | get16(option + 16);
	t->delay = known_from_float16(get16(option + 18));
}

#endif
