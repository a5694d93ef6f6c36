/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's types, as far as tcptune's programs read them. Written by hand: offsets come from
 * the running kernel's BTF when a program is loaded (CO-RE), so only the fields that are used
 * stand here, in any order, and one object runs on every kernel that has them.
 *
 * No header of the system is needed: controllers are built where there may be none.
 */
#ifndef TCPTUNE_KERNEL_H
#define TCPTUNE_KERNEL_H

#include <stdbool.h>

/* As in linux/types.h, beside which they may stand. */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#define AF_INET 2
#define AF_INET6 10

#define SOL_IP 0
#define SOL_SOCKET 1
#define SOL_TCP 6
#define SOL_IPV6 41

#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_MAX_PACING_RATE 47
#define IP_TOS 1
#define IPV6_TCLASS 67
#define TCP_NODELAY 1
#define TCP_KEEPIDLE 4
#define TCP_KEEPINTVL 5
#define TCP_KEEPCNT 6
#define TCP_SYNCNT 7
#define TCP_WINDOW_CLAMP 10
#define TCP_CONGESTION 13
#define TCP_USER_TIMEOUT 18
#define TCP_NOTSENT_LOWAT 25
#define TCP_SAVE_SYN 27

/* setsockopt from a TCP iterator, where the kernel has it; not in older UAPI headers. */
#define TT_TCP_BPF_SOCK_OPS_CB_FLAGS 1008

enum tcp_state {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
};

enum tcp_ca_state {
	TCP_CA_Open,
	TCP_CA_Disorder,
	TCP_CA_CWR,
	TCP_CA_Recovery,
	TCP_CA_Loss,
};

enum tcp_ca_event {
	CA_EVENT_TX_START, /* a callback of its own since 7.1 */
	CA_EVENT_CWND_RESTART,
	CA_EVENT_COMPLETE_CWR,
	CA_EVENT_LOSS,
	CA_EVENT_ECN_NO_CE,
	CA_EVENT_ECN_IS_CE,
};

enum sk_pacing {
	SK_PACING_NONE,
	SK_PACING_NEEDED, /* by TCP's own timer */
	SK_PACING_FQ,
};

/* tcp_congestion_ops.flags: every packet is sent ECT, and ECN is asked for in the handshake. */
#define TCP_CONG_NEEDS_ECN 2

/* tcp_sock.ecn_flags */
#define TCP_ECN_OK 1	     /* negotiated: ECE and CWR as in RFC 3168 */
#define TCP_ECN_DEMAND_CWR 4 /* what is acknowledged now gets ECE */
#define TCP_ECN_ACCURATE 16  /* negotiated: AccECN, since 6.18 */

/* inet_connection_sock.icsk_ack.pending */
#define ICSK_ACK_TIMER 2
#define ICSK_ACK_NOW 16

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct kernfs_node {
	u64 id;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[0]; /* since 6.1 */
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock {
	struct sock_common __sk_common;
	u32 sk_pacing_status;
	unsigned long sk_pacing_rate; /* bytes per s */
	unsigned long sk_max_pacing_rate;
	struct sock_cgroup_data sk_cgrp_data;
	int sk_err;
};

struct inet_sock {
	struct sock sk;
};

struct ack_sample {
	u32 pkts_acked;
	s32 rtt_us; /* negative: no sample */
	u32 in_flight;
};

struct rate_sample {
	u32 prior_delivered; /* tcp_sock.delivered when the segment was sent */
	s32 delivered;	  /* segments over the interval; negative: no sample */
	long interval_us;
	long rtt_us;	  /* negative: no sample */
	int losses;	  /* segments marked lost by this ACK */
	u32 acked_sacked; /* segments delivered by this ACK */
	u32 prior_in_flight;
	bool is_app_limited;
	bool is_retrans;
	bool is_ack_delayed;
};

/* Members are matched by name when a controller is loaded. */
struct tcp_congestion_ops {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	void (*set_state)(struct sock *sk, u8 new_state);
	void (*cwnd_event)(struct sock *sk, enum tcp_ca_event event);
	void (*in_ack_event)(struct sock *sk, u32 flags);
	void (*pkts_acked)(struct sock *sk, const struct ack_sample *sample);
	u32 (*min_tso_segs)(struct sock *sk);
	void (*cong_control)(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs);
	u32 (*undo_cwnd)(struct sock *sk);
	u32 (*sndbuf_expand)(struct sock *sk);
	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);
	char name[16];
	u32 flags;
};

/* Since 6.10; before, cong_control had sk and rs only. */
struct tcp_congestion_ops___with_ack {
	void (*cong_control)(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs);
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u32 icsk_rto;
	__u32 icsk_rto_min;
	__u32 icsk_delack_max;
	__u8 icsk_ca_state : 5; /* BPF_CORE_READ_BITFIELD */
	__u8 icsk_retransmits;	/* timeouts in a row */
	const struct tcp_congestion_ops *icsk_ca_ops;
	struct {
		__u8 pending;
	} icsk_ack;
	u64 icsk_ca_priv[13];
};

struct minmax_sample {
	u32 t;
	u32 v;
};

struct minmax {
	struct minmax_sample s[3];
};

struct tcp_rack {
	u32 rtt_us; /* of the segment that was sent last among those acknowledged */
};

struct tcp_options_received {
	u16 sack_ok : 3; /* BPF_CORE_READ_BITFIELD */
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	u32 mss_cache;
	u32 snd_cwnd;
	u32 snd_cwnd_clamp;
	u8 is_cwnd_limited : 1; /* its place and neighbours differ: BPF_CORE_READ_BITFIELD */
	u32 max_packets_out;	/* the most in flight during the last window */
	u8 ecn_flags;
	u32 rcv_nxt;
	u64 tcp_mstamp;		/* us, when the latest packet came or went */
	u32 snd_ssthresh;
	u32 snd_una;
	u32 snd_nxt;
	u32 write_seq; /* the end of what the application wrote */
	u16 gso_segs;  /* the most that one offloaded packet may hold */
	struct tcp_rack rack;
	u32 srtt_us; /* times 8 */
	u32 mdev_us; /* times 4 */
	struct minmax rtt_min;
	u32 rate_delivered;
	u32 rate_interval_us;
	u32 packets_out;
	u32 retrans_out;
	u32 sacked_out;
	u32 lost_out;
	u32 lost;
	u32 delivered;
	u32 delivered_ce;
	u32 app_limited; /* delivered counts as limited by the application up to here; 0: not */
	struct tcp_options_received rx_opt;
	u32 segs_in;
	u32 segs_out;
	u32 data_segs_out;
	u32 total_retrans;
	u64 bytes_sent;
	u64 bytes_acked;
	u64 bytes_received;
	u64 bytes_retrans;
	u8 chrono_type;
	u32 chrono_start;
	u32 chrono_stat[3];
	u8 bpf_sock_ops_cb_flags;
};

struct sk_buff;

/* What a sockops program's context is made from. */
struct bpf_sock_ops_kern {
	struct sk_buff *syn_skb;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct sock *sk;
	void *value;
};

#pragma clang attribute pop

#endif
