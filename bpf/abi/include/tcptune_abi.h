/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What the BPF programs and the Swift side agree on: fixed width, no implicit padding, sizes
 * asserted here for C (both compilers read this file) and in the tests for Swift.
 */
#ifndef TCPTUNE_ABI_H
#define TCPTUNE_ABI_H

#include <linux/types.h>
#include <stddef.h>

#include "../../include/tcptune/option_abi.h"

/* Part of the pin path: another layout is another directory. */
#define TT_ABI_VERSION 3

/* One bit each in a 64-bit mask; see bpf/sockops/match.h. */
#define TT_MAX_RULES 63
#define TT_CC_NAME_LEN 16

/* What a profile can set on a connection; a bit in tt_settings.present, a place in .value. */
enum tt_option {
	TT_OPT_CONGESTION_CONTROL,
	TT_OPT_INITIAL_CWND,	    /* segments */
	TT_OPT_CWND_CLAMP,	    /* segments */
	TT_OPT_INITIAL_RWND,	    /* segments */
	TT_OPT_MIN_RTO,		    /* us */
	TT_OPT_MAX_DELACK,	    /* us */
	TT_OPT_MAX_PACING_RATE,	    /* bytes/s */
	TT_OPT_SEND_BUFFER,	    /* bytes */
	TT_OPT_RECEIVE_BUFFER,	    /* bytes */
	TT_OPT_NOTSENT_LOWAT,	    /* bytes */
	TT_OPT_USER_TIMEOUT,	    /* ms */
	TT_OPT_KEEPALIVE_IDLE,	    /* s */
	TT_OPT_KEEPALIVE_INTERVAL,  /* s */
	TT_OPT_KEEPALIVE_COUNT,
	TT_OPT_WINDOW_CLAMP,	    /* bytes */
	TT_OPT_NODELAY,		    /* 0 or 1 */
	TT_OPT_DSCP,		    /* 0 to 63 */
	TT_OPT_ECN,		    /* 0 or 1 */
	TT_OPT_SYN_RETRIES,
	TT_OPT_COUNT,
};

struct tt_settings {
	__u32 present; /* bit per tt_option */
	__u32 value[TT_OPT_COUNT];
	char congestion_control[TT_CC_NAME_LEN]; /* registered name, NUL-terminated */
};
_Static_assert(sizeof(struct tt_settings) == 96, "tt_settings");

/*
 * Log-linear histograms: values below 8 have a bucket each, then every octave has 8 equal ones,
 * so that a bucket's middle is within 1/16 of any value in it. Larger values count in the last.
 */
#define TT_HIST_SUB_BITS 3
#define TT_HIST_BUCKETS(last_octave) (((last_octave) - TT_HIST_SUB_BITS + 2) << TT_HIST_SUB_BITS)
#define TT_RTT_BUCKETS TT_HIST_BUCKETS(26)  /* us, to 134 s */
#define TT_CWND_BUCKETS TT_HIST_BUCKETS(19) /* segments, to 1,048,575 */
#define TT_RATE_BUCKETS TT_HIST_BUCKETS(37) /* bytes/s, to 275 GB/s */

#define TT_RAW_LEN 36 /* kind, length, ExID, 32 bytes of value */

/* How often, beyond the handshake; never more often than once a ms but for the last. */
enum tt_header_every {
	TT_HDR_EVERY_RTT,
	TT_HDR_EVERY_INTERVAL, /* us */
	TT_HDR_EVERY_SEGMENTS, /* data segments sent */
	TT_HDR_EVERY_SEGMENT,  /* all of them: for comparison, it costs */
};

/* One of a profile's options; absent: on is 0. */
struct tt_header_setting {
	__u8 on;	/* tt_header_where */
	__u8 every;	/* tt_header_every */
	__u8 length;	/* raw: of `bytes` */
	__u8 head;	/* raw: of what identifies it; 2: a kind, 4: an ExID */
	__u32 interval; /* us or segments */
	__u32 value;	/* by option: tt_header_identity, us, s, tt_header_raw */
	__u8 bytes[TT_RAW_LEN]; /* raw: the whole option; a plug-in's: as long as the longest */
};
_Static_assert(sizeof(struct tt_header_setting) == 48, "tt_header_setting");

enum tt_header_raw {
	TT_HDR_RAW_PLUGIN = 1, /* a plug-in's program writes the value */
};

enum tt_header_identity {
	TT_HDR_IDENTITY_WORKLOAD = 1 << 0,
	TT_HDR_IDENTITY_PROFILE = 1 << 1,
};

/* tt_statistics.header. The first three are by tt_header_option. */
enum tt_header_counter {
	TT_HDR_SENT,
	TT_HDR_RECEIVED = TT_HDR_SENT + TT_HDR_COUNT,
	TT_HDR_SKIPPED = TT_HDR_RECEIVED + TT_HDR_COUNT, /* no space left in the header */
	TT_HDR_OFFERED = TT_HDR_SKIPPED + TT_HDR_COUNT, /* connections whose SYN had an offer */
	TT_HDR_NEGOTIATED,  /* connections whose peer speaks tcptune's option, either direction */
	TT_HDR_UNANSWERED,  /* offers without an answer: the peer doesn't speak it, or a path strips it */
	TT_HDR_FALLBACKS,   /* connections whose SYN was sent again without options */
	TT_HDR_REFUSED,	    /* offers not made, since the path had dropped them */
	TT_HDR_ABANDONED,   /* connections whose segments with options kept getting lost */
	TT_HDR_RESENT,	    /* hellos sent again after a SYN cookie or a full SYN */
	TT_HDR_UNKNOWN_VERSION,
	TT_HDR_MALFORMED,
	TT_HDR_COUNTER_COUNT,
};

/* One per attachment and CPU. */
struct tt_statistics {
	__u64 counters[TT_COUNTER_COUNT];
	__u64 rule_connections[TT_MAX_RULES + 1]; /* 0: no rule matched */
	__u64 option_failures[TT_OPT_COUNT];
	__u32 option_errno[TT_OPT_COUNT + 1];	  /* the last failure's; one more to fill 8 bytes */
	__u64 header[TT_HDR_COUNTER_COUNT];
	__u64 rtt_sum;	/* us */
	__u64 cwnd_sum; /* segments */
	__u64 rate_sum; /* bytes/s */
	__u64 rtt[TT_RTT_BUCKETS];
	__u64 cwnd[TT_CWND_BUCKETS];
	__u64 rate[TT_RATE_BUCKETS];
};

/* Where they are and how many, for Swift, which would read such arrays as tuples. */
enum {
	TT_STATISTICS_COUNTERS = offsetof(struct tt_statistics, counters),
	TT_STATISTICS_RULE_CONNECTIONS = offsetof(struct tt_statistics, rule_connections),
	TT_STATISTICS_OPTION_FAILURES = offsetof(struct tt_statistics, option_failures),
	TT_STATISTICS_OPTION_ERRNO = offsetof(struct tt_statistics, option_errno),
	TT_STATISTICS_HEADER = offsetof(struct tt_statistics, header),
	TT_STATISTICS_RTT_SUM = offsetof(struct tt_statistics, rtt_sum),
	TT_STATISTICS_CWND_SUM = offsetof(struct tt_statistics, cwnd_sum),
	TT_STATISTICS_RATE_SUM = offsetof(struct tt_statistics, rate_sum),
	TT_STATISTICS_RTT = offsetof(struct tt_statistics, rtt),
	TT_STATISTICS_CWND = offsetof(struct tt_statistics, cwnd),
	TT_STATISTICS_RATE = offsetof(struct tt_statistics, rate),
	TT_STATISTICS_SIZE = sizeof(struct tt_statistics),
	TT_STATISTICS_RTT_COUNT = TT_RTT_BUCKETS,
	TT_STATISTICS_CWND_COUNT = TT_CWND_BUCKETS,
	TT_STATISTICS_RATE_COUNT = TT_RATE_BUCKETS,
};

/* For the iterator that takes open connections over, by cgroup. */
struct tt_adoption {
	__u64 attachment;
	__u64 take; /* tt_adoption_take; 0: only there because it may be the innermost */
};

enum tt_adoption_take {
	TT_ADOPT_MEANT = 1 << 0,
	TT_ADOPT_HEADERS = 1 << 1, /* its profile has header options */
};

/* And what came of it. */
struct tt_adoption_result {
	__u64 connections;
	__u64 without_callbacks; /* this kernel's iterators can't ask for them */
	__u64 listeners; /* of a profile with header options */
	__u64 listeners_without_callbacks;
};

/* What came of setting callbacks again, which another program had cleared. */
struct tt_restored {
	__u64 connections;
	__u64 refused; /* this kernel's iterators can't */
};

/* What a profile collects. */
enum tt_collect {
	TT_COLLECT_COUNTERS = 1 << 0,
	TT_COLLECT_RTT = 1 << 1,
	TT_COLLECT_CWND = 1 << 2,
	TT_COLLECT_RATE = 1 << 3,
};

enum tt_connection_flags {
	TT_CONN_PASSIVE = 1 << 0,
	TT_CONN_ADOPTED = 1 << 1,
	TT_CONN_UNCOUNTED = 1 << 2, /* it isn't among those opened */
	/* From here on a bit per tt_option: the kernel refused to set it. */
	TT_CONN_REFUSED_SHIFT = 8,
};
_Static_assert(TT_OPT_COUNT <= 32 - TT_CONN_REFUSED_SHIFT, "tt_connection_flags");

/* Who spoke to an attachment, for what it said in all. */
struct tt_peer_key {
	__u64 attachment;
	__u32 workload; /* 0 with profile 0: not told */
	__u32 profile;	/* not both TT_PEER_REST: that is all others, in a map of their own */
};

#define TT_MAX_PEERS 1024
#define TT_PEER_REST 0xffffffff /* workload and profile of all others, when the map is full */
struct tt_peer_statistics {
	__u64 connections;
	__u64 telemetry; /* options received */
	__u64 rtt_sum;	 /* us */
	__u64 cwnd_sum;	 /* segments */
	__u64 delay_in_sum;  /* us */
	__u64 delay_out_sum; /* us */
	__u64 rtt[TT_RTT_BUCKETS];
	__u64 cwnd[TT_CWND_BUCKETS];
	__u64 delay_in[TT_RTT_BUCKETS];
	__u64 delay_out[TT_RTT_BUCKETS];
};

enum {
	TT_PEER_STATISTICS_CONNECTIONS = offsetof(struct tt_peer_statistics, connections),
	TT_PEER_STATISTICS_TELEMETRY = offsetof(struct tt_peer_statistics, telemetry),
	TT_PEER_STATISTICS_RTT_SUM = offsetof(struct tt_peer_statistics, rtt_sum),
	TT_PEER_STATISTICS_CWND_SUM = offsetof(struct tt_peer_statistics, cwnd_sum),
	TT_PEER_STATISTICS_DELAY_IN_SUM = offsetof(struct tt_peer_statistics, delay_in_sum),
	TT_PEER_STATISTICS_DELAY_OUT_SUM = offsetof(struct tt_peer_statistics, delay_out_sum),
	TT_PEER_STATISTICS_RTT = offsetof(struct tt_peer_statistics, rtt),
	TT_PEER_STATISTICS_CWND = offsetof(struct tt_peer_statistics, cwnd),
	TT_PEER_STATISTICS_DELAY_IN = offsetof(struct tt_peer_statistics, delay_in),
	TT_PEER_STATISTICS_DELAY_OUT = offsetof(struct tt_peer_statistics, delay_out),
	TT_PEER_STATISTICS_SIZE = sizeof(struct tt_peer_statistics),
};

/* A destination prefix: IPv4 /24 (of ::ffff:a.b.c.d), IPv6 /64. */
struct tt_path {
	__u64 netns; /* cookie */
	__u32 prefix[4]; /* network order */
};

/* Such a path dropped SYNs with options. */
struct tt_refusal {
	__u64 until_ns; /* CLOCK_MONOTONIC: no offers before; past: struck once, or once more, then */
};

/* What the connection iterator writes, one per connection. */
struct tt_connection_record {
	__u64 attachment;
	__u64 cookie;
	__u64 opened_ns;
	__u64 cgroup;
	__u64 delivery_rate; /* bytes/s */
	__u64 pacing_rate;   /* bytes/s; all ones: unlimited */
	__u64 max_pacing_rate;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u64 bytes_received;
	__u32 local[4];	 /* IPv6, or IPv4-mapped; network order */
	__u32 remote[4];
	__u16 local_port;  /* host order */
	__u16 remote_port;
	__u16 family;
	__u8 state;
	__u8 cb_flags;
	__u32 netns;
	__u32 rule;
	__u32 flags;
	__u32 cwnd;	/* segments */
	__u32 ssthresh;
	__u32 cwnd_clamp;
	__u32 mss;	/* bytes */
	__u32 srtt;	/* us */
	__u32 rttvar;	/* us */
	__u32 min_rtt;	/* us */
	__u32 rto;	/* us */
	__u32 rto_min;	/* us */
	__u32 delack_max; /* us */
	__u32 retransmits;
	__u32 lost;
	__u32 delivered;
	__u32 delivered_ce;
	__u32 in_flight; /* segments */
	char congestion_control[TT_CC_NAME_LEN];
	struct tt_peer peer;
	__u8 header_offered;	/* by us: bit per tt_header_option */
	__u8 header_negotiated; /* what the peer takes */
	__u8 header_flags;	/* tt_header_flags */
	__u8 reserved[5];
};
_Static_assert(sizeof(struct tt_connection_record) == 264, "tt_connection_record");

/* What a congestion controller keeps in a socket. */
struct tt_cc_state {
	__u8 bytes[104];
	__u32 program; /* the id of one of the controller's; 0: it is none of BPF's */
	__u32 reserved;
};

/* What the iterator writes where that is asked for. */
struct tt_connection_state_record {
	struct tt_connection_record connection;
	struct tt_cc_state state;
	struct tt_option_values options;
};
_Static_assert(sizeof(struct tt_connection_state_record) == 536, "tt_connection_state_record");

/* What happens to a connection; those from TT_EVENT_HEADER_FIRST on are about header options. */
enum tt_event_kind {
	TT_EVENT_OPENED,      /* settings chosen and set: the SYN is next, or a handshake was accepted */
	TT_EVENT_ESTABLISHED,
	TT_EVENT_ADOPTED,     /* open before: has got the profile, or the one that it is now */
	TT_EVENT_RELEASED,    /* goes on without the profile, or with an inner cgroup's */
	TT_EVENT_CLOSED,
	TT_EVENT_FAILED,      /* closed, and never established */
	TT_EVENT_HEADER_FIRST,
	TT_EVENT_HEADER_NEGOTIATED = TT_EVENT_HEADER_FIRST,
	TT_EVENT_HEADER_UNANSWERED,
	TT_EVENT_HEADER_FALLBACK,  /* the SYN went again, without options */
	TT_EVENT_HEADER_WITHHELD,  /* not offered, since the path had dropped them */
	TT_EVENT_HEADER_SKIPPED,   /* no space left in the header */
	TT_EVENT_HEADER_ABANDONED, /* no more are sent: segments with them kept getting lost */
	TT_EVENT_HEADER_MALFORMED,
	TT_EVENT_HEADER_UNKNOWN_VERSION,
	TT_EVENT_KIND_COUNT,
};

#define TT_OPT_ERRNO_COUNT 24

struct tt_event {
	__u64 time_ns;	/* CLOCK_MONOTONIC */
	__u32 kind;	/* tt_event_kind */
	__u32 options;	/* header: what it is about, a bit per tt_header_option */
	__u32 refused;	/* what the kernel refused to set just now, a bit per tt_option */
	__u32 error;	/* closed, failed: the socket's errno; 0: none */
	__u64 bytes_retransmitted;
	__u32 segments_sent;
	__u32 segments_received;
	__u32 data_segments_sent;
	__u32 reserved;
	__u8 refused_errno[TT_OPT_ERRNO_COUNT]; /* by tt_option */
	struct tt_connection_record connection; /* closed, failed: its state before */
};
_Static_assert(sizeof(struct tt_event) == 336, "tt_event");
_Static_assert(TT_OPT_COUNT <= TT_OPT_ERRNO_COUNT, "tt_event.refused_errno");

/* How many may listen at a time, each with a ring buffer of its own. */
#define TT_EVENT_LISTENERS 4

/* What stands in event_control. */
enum tt_event_control {
	TT_EVENT_WANTED,  /* the kinds that any listener wants, a bit per tt_event_kind */
	TT_EVENT_CHANGES, /* how often something was applied or taken off; for listeners */
	TT_EVENT_CONTROL_COUNT,
};

struct tt_event_slot {
	__u64 lost;  /* events that found no room in the ring buffer */
	__u32 kinds; /* wanted, a bit per tt_event_kind; 0: nobody listens */
	__u32 pid;   /* the listener's, where it looks from */
};
_Static_assert(sizeof(struct tt_event_slot) == 16, "tt_event_slot");

#endif
