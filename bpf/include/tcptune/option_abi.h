/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the policy program, plug-ins' options and the Swift side agree on; as tcptune_abi.h. */
#ifndef TCPTUNE_OPTION_ABI_H
#define TCPTUNE_OPTION_ABI_H

/* What a profile has connections' packets carry; docs/header-options.md has the bytes. */
enum tt_header_option {
	TT_HDR_TELEMETRY,
	TT_HDR_IDENTITY,
	TT_HDR_DELAYED_ACK,
	TT_HDR_USER_TIMEOUT,
	TT_HDR_RAW, /* the first of TT_MAX_RAW */
	TT_HDR_COUNT = TT_HDR_RAW + 4,
};
#define TT_MAX_RAW (TT_HDR_COUNT - TT_HDR_RAW)
#define TT_OPTION_VALUE_LEN 31 /* the longest value of a plug-in's */

/* On which segments; those beyond the handshake only to a peer that has answered. */
enum tt_header_where {
	TT_HDR_ON_SYN = 1 << 0,
	TT_HDR_ON_SYNACK = 1 << 1,
	TT_HDR_ON_DATA = 1 << 2, /* or an ACK, whichever is next */
	TT_HDR_ON_FIN = 1 << 3,
};

/*
 * For a SYN-ACK, for which there is no socket to keep it in: that a plug-in is to write its option now,
 * left for it where the kernel passes an argument in and takes nothing out.
 */
#define TT_HDR_PLUGIN_DUE(option) (1U << (8 + (option) - TT_HDR_RAW))

/* What the other end said of itself, in its telemetry and its hello. */
struct tt_peer {
	__u64 heard_ns;	 /* CLOCK_MONOTONIC, of the last telemetry; 0: none yet */
	__u64 rate;	 /* bytes/s */
	__u32 workload;	 /* 0: not told */
	__u32 profile;	 /* 0: not told */
	__u32 cwnd;	 /* segments */
	__u32 srtt;	 /* us */
	__u32 min_rtt;	 /* us */
	__u32 retransmits; /* segments, the lowest 16 bits */
	__u32 delay_in;	 /* us: queueing delay from the peer to here; all ones: not known */
	__u32 delay_out; /* us: from here to the peer, as it said */
};
_Static_assert(sizeof(struct tt_peer) == 48, "tt_peer");

enum tt_header_flags {
	TT_HDR_ANSWERED = 1 << 0,  /* the peer speaks tcptune's option */
	TT_HDR_FELL_BACK = 1 << 1, /* the SYN or SYN-ACK was sent again without options */
	TT_HDR_WITHHELD = 1 << 2,  /* not offered, since the path had dropped them */
	TT_HDR_STOPPED = 1 << 3,   /* segments with options kept getting lost */
	TT_HDR_BY_COOKIE = 1 << 4, /* accepted by a SYN cookie */
	TT_HDR_RAISED = 1 << 5,	   /* the write callback is on because of us */
	TT_HDR_RESEND = 1 << 6,	   /* the whole hello goes out again, after the handshake */
	TT_HDR_SAVES_SYN = 1 << 7, /* a listener that keeps SYNs because of us */
	TT_HDR_MARKED = 1 << 6,	   /* a listener whose connections can tell: LISTENER_MARK */
	TT_HDR_STRUCK = 1 << 7,	   /* a connection whose path has dropped options before */
};

/* Header options of a connection; of a listener only the first two. */
struct tt_header_state {
	__u64 attachment; /* 0: nobody's */
	__u8 flags;	 /* tt_header_flags */
	__u8 offered;	 /* bit per tt_header_option */
	__u8 negotiated; /* may be sent beyond the handshake */
	__u8 want;	 /* due on the next segment */
	__u8 hellos;	 /* written */
	__u8 losses;	 /* segments with options in a row that had to be sent again */
	__u16 slot;	 /* of clock_offset[0] */
	__u32 clock_offset[2]; /* us, 24 bits: least (our clock - the peer's), this slot and the last */
	/* When sent: us, or data segments by tt_header_every. User timeout: the one set, ms. */
	__u32 last[TT_HDR_COUNT];
	__u32 probe; /* sequence number of data that an option was sent with, not acknowledged yet; 0: none */
	__u32 raws;  /* which raw options the bits above mean */
	__u32 plugins; /* options that plug-ins write on this segment */
	__u32 reserved;
	struct tt_peer peer;
};
_Static_assert(sizeof(struct tt_header_state) == 120, "tt_header_state");

/* In cgroup storage: which attachment this cgroup's program runs for; 0 while it is being made. */
struct tt_identity {
	__u64 attachment;
	__u32 workload; /* what the identity option tells: FNV-1a of the cgroup's or pod's name */
	__u32 reserved;
};

/* tt_statistics.counters. Those from TT_FLOW_FIRST on follow a field of the kernel's socket. */
enum tt_counter {
	TT_ACTIVE_OPENED,
	TT_PASSIVE_OPENED,
	TT_ADOPTED,	     /* open before the profile was applied, taken over */
	TT_CLOSED,	     /* of the three above; or taken over by an inner attachment */
	TT_FAILED,	     /* never established */
	TT_RTOS,
	TT_RTT_SMOOTHED,     /* RTT samples that are srtt: the kernel passes no measured one */
	TT_UNTRACKED,	     /* no memory for a connection's state: tuned, but not counted */
	TT_FLOW_FIRST,
	TT_BYTES_SENT = TT_FLOW_FIRST, /* payload, retransmitted bytes included */
	TT_BYTES_ACKED,
	TT_BYTES_RECEIVED,
	TT_BYTES_RETRANSMITTED,
	TT_SEGMENTS_SENT,
	TT_SEGMENTS_RECEIVED,
	TT_DATA_SEGMENTS_SENT,
	TT_RETRANSMITS,	     /* segments */
	TT_LOST,	     /* segments */
	TT_DELIVERED,	     /* segments */
	TT_DELIVERED_CE,     /* segments acknowledged with ECN-Echo */
	TT_BUSY_TIME,	     /* us with data in flight or to send; holds the next two */
	TT_RWND_LIMITED_TIME,   /* us */
	TT_SNDBUF_LIMITED_TIME, /* us */
	TT_COUNTER_COUNT,
};
#define TT_FLOW_COUNT (TT_COUNTER_COUNT - TT_FLOW_FIRST)

/* In socket storage: whose connection it is, and what of it has been counted. */
struct tt_connection {
	__u64 attachment; /* 0: nobody's */
	__u64 opened_ns;  /* CLOCK_MONOTONIC */
	__u16 rule;	  /* index into the settings */
	__u16 counted_at; /* when its totals were, in 1.024 ms, the lowest bits */
	__u32 flags;
	struct tt_header_state header;
	__u64 counted[TT_FLOW_COUNT];
};

/* What a plug-in's option said last, as its parse function left it. */
struct tt_option_value {
	__u64 heard_ns; /* CLOCK_MONOTONIC; 0: never */
	__u8 length;
	__u8 bytes[TT_OPTION_VALUE_LEN];
};

/* In socket storage, by raw option. */
struct tt_option_values {
	struct tt_option_value of[TT_MAX_RAW];
};
_Static_assert(sizeof(struct tt_option_values) == 160, "tt_option_values");

#endif
