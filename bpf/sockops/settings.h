/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a profile sets on a connection. Options that it doesn't use are false constants at load,
 * and the verifier removes their code.
 */
#ifndef TCPTUNE_SETTINGS_H
#define TCPTUNE_SETTINGS_H

#include "maps.h"

const volatile u32 options; /* used by any of the settings, a bit per tt_option */
const volatile struct tt_settings settings[TT_MAX_RULES + 1]; /* 0: no rule matched */

static __always_inline bool uses(enum tt_option option)
{
	return options & (1U << option);
}

/* A rule's own settings; bounded for the verifier, whatever the compiler knows of it. */
static __always_inline const volatile struct tt_settings *settings_of(u32 rule)
{
	asm volatile("" : "+r"(rule));
	return &settings[rule <= TT_MAX_RULES ? rule : 0];
}

static __always_inline bool has(const volatile struct tt_settings *s, enum tt_option option)
{
	return uses(option) && s->present & (1U << option);
}

static __always_inline void note(struct tt_statistics *st, struct tt_connection *conn,
				 enum tt_option option, long error)
{
	if (!error)
		return;
	__sync_fetch_and_add(&st->option_failures[option], 1);
	st->option_errno[option] = -error;
	if (conn)
		conn->flags |= 1U << (TT_CONN_REFUSED_SHIFT + option);
}

/*
 * `target`: a sockops context or, in an iterator, a socket; bpf_setsockopt() takes both. `conn`:
 * the connection's state, or NULL.
 */
static __always_inline void set_on(void *target, struct tt_statistics *st,
				   struct tt_connection *conn, int level, int name,
				   enum tt_option option, int value)
{
	note(st, conn, option, bpf_setsockopt(target, level, name, &value, sizeof(value)));
}

static __always_inline void set(void *target, struct tt_statistics *st, int level, int name,
				enum tt_option option, int value)
{
	set_on(target, st, NULL, level, name, option, value);
}

static __always_inline void set_from(void *target, struct tt_statistics *st,
				     struct tt_connection *conn,
				     const volatile struct tt_settings *s, int level, int name,
				     enum tt_option option)
{
	if (has(s, option))
		set_on(target, st, conn, level, name, option, s->value[option]);
}

static __always_inline void set_congestion_control(void *target, struct tt_statistics *st,
						   struct tt_connection *conn,
						   const volatile struct tt_settings *s)
{
	if (has(s, TT_OPT_CONGESTION_CONTROL))
		note(st, conn, TT_OPT_CONGESTION_CONTROL,
		     bpf_setsockopt(target, SOL_TCP, TCP_CONGESTION, (void *)s->congestion_control,
				    TT_CC_NAME_LEN));
}

static __always_inline void set_keepalive(void *target, struct tt_statistics *st,
					  struct tt_connection *conn,
					  const volatile struct tt_settings *s)
{
	/* On before its times: setting them restarts a running timer only. */
	if (has(s, TT_OPT_KEEPALIVE_IDLE) || has(s, TT_OPT_KEEPALIVE_INTERVAL) ||
	    has(s, TT_OPT_KEEPALIVE_COUNT))
		set_on(target, st, conn, SOL_SOCKET, SO_KEEPALIVE, TT_OPT_KEEPALIVE_IDLE, 1);
	set_from(target, st, conn, s, SOL_TCP, TCP_KEEPIDLE, TT_OPT_KEEPALIVE_IDLE);
	set_from(target, st, conn, s, SOL_TCP, TCP_KEEPINTVL, TT_OPT_KEEPALIVE_INTERVAL);
	set_from(target, st, conn, s, SOL_TCP, TCP_KEEPCNT, TT_OPT_KEEPALIVE_COUNT);
}

/* By the packets' family: those of an IPv6 socket with an IPv4-mapped address are IPv4. */
static __always_inline void set_dscp(void *target, struct tt_statistics *st,
				     struct tt_connection *conn,
				     const volatile struct tt_settings *s, u32 family, bool mapped)
{
	if (!has(s, TT_OPT_DSCP))
		return;
	if (family == AF_INET6 && !mapped)
		set_on(target, st, conn, SOL_IPV6, IPV6_TCLASS, TT_OPT_DSCP, s->value[TT_OPT_DSCP] << 2);
	else
		set_on(target, st, conn, SOL_IP, IP_TOS, TT_OPT_DSCP, s->value[TT_OPT_DSCP] << 2);
}

/* Everything that can be set when a connection starts, before its first segment if active. */
static __always_inline void set_at_start(void *target, struct tt_statistics *st,
					 struct tt_connection *conn,
					 const volatile struct tt_settings *s, u32 family,
					 bool mapped)
{
	set_congestion_control(target, st, conn, s);
	set_from(target, st, conn, s, SOL_SOCKET, SO_SNDBUF, TT_OPT_SEND_BUFFER);
	set_from(target, st, conn, s, SOL_SOCKET, SO_RCVBUF, TT_OPT_RECEIVE_BUFFER);
	set_from(target, st, conn, s, SOL_TCP, TCP_WINDOW_CLAMP, TT_OPT_WINDOW_CLAMP);
	set_from(target, st, conn, s, SOL_SOCKET, SO_MAX_PACING_RATE, TT_OPT_MAX_PACING_RATE);
	set_from(target, st, conn, s, SOL_TCP, TCP_BPF_RTO_MIN, TT_OPT_MIN_RTO);
	set_from(target, st, conn, s, SOL_TCP, TCP_BPF_DELACK_MAX, TT_OPT_MAX_DELACK);
	set_from(target, st, conn, s, SOL_TCP, TCP_NOTSENT_LOWAT, TT_OPT_NOTSENT_LOWAT);
	set_from(target, st, conn, s, SOL_TCP, TCP_USER_TIMEOUT, TT_OPT_USER_TIMEOUT);
	set_from(target, st, conn, s, SOL_TCP, TCP_SYNCNT, TT_OPT_SYN_RETRIES);
	set_from(target, st, conn, s, SOL_TCP, TCP_NODELAY, TT_OPT_NODELAY);
	set_keepalive(target, st, conn, s);
	set_dscp(target, st, conn, s, family, mapped);
}

/* What the kernel's own start of a connection would overwrite. */
static __always_inline void set_when_established(void *target, struct tt_statistics *st,
						 struct tt_connection *conn,
						 const volatile struct tt_settings *s)
{
	/* The clamp first: the kernel sets ssthresh to it too. */
	set_from(target, st, conn, s, SOL_TCP, TCP_BPF_SNDCWND_CLAMP, TT_OPT_CWND_CLAMP);
	set_from(target, st, conn, s, SOL_TCP, TCP_BPF_IW, TT_OPT_INITIAL_CWND);
}

#endif
