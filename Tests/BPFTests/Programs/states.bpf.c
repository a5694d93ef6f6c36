// SPDX-License-Identifier: GPL-2.0
/* A controller as a user writes it, that shows a state of every kind. */
#include <tcptune/cc.h>

enum phase { PHASE_START, PHASE_PROBE = 3 };
enum direction { DOWN = -1, UP = 1 };

struct range {
	TCPTUNE_FIELD("Least") u16 least_us;
	u16 hidden;
	TCPTUNE_FIELD("Most") u16 most_us;
};

typedef struct {
	TCPTUNE_FIELD("Gain") u16 gain_q10;
	TCPTUNE_FIELD("Change") s32 change_q8;
} gains;

struct tt_states {
	TCPTUNE_FIELD("A flag") bool flag;
	TCPTUNE_FIELD("Three bits") u8 three : 3;
	TCPTUNE_FIELD("A flag of a bit") bool bit : 1;
	TCPTUNE_FIELD("Phase in four bits") enum phase small_phase : 4;
	TCPTUNE_FIELD("Signed byte") signed char tiny;
	TCPTUNE_FIELD("Phase") enum phase phase;
	TCPTUNE_FIELD("Not one of the names") enum phase other_phase;
	TCPTUNE_FIELD("Direction") enum direction direction;
	TCPTUNE_FIELD("Signed bits over a byte's end") s32 low : 6, crossing : 11;
	TCPTUNE_FIELD("Large") u64 large;
	TCPTUNE_FIELD("Very negative") s64 negative;
	TCPTUNE_FIELD("A range of times") struct range range;
	TCPTUNE_FIELD("Two of them") const struct range pair[2];
	TCPTUNE_FIELD("Numbers") u16 numbers[3];
	TCPTUNE_FIELD("Shares") u8 shares_q4[2];
	TCPTUNE_FIELD("Fixed-point numbers") gains gains;
	TCPTUNE_FIELD("A pointer can't be shown") void *pointer;
	u32 scratch;
};
TCPTUNE_STATE(struct tt_states);

const volatile struct tt_states example = {
	.flag = true,
	.three = 5,
	.bit = true,
	.small_phase = PHASE_PROBE,
	.tiny = -3,
	.phase = PHASE_PROBE,
	.other_phase = 2,
	.direction = DOWN,
	.low = -1,
	.crossing = -700,
	.large = 0xfedcba9876543210,
	.negative = -5000000000,
	.range = { 1, 2, 3 },
	.pair = { { 4, 5, 6 }, { 7, 8, 9 } },
	.numbers = { 10, 11, 65535 },
	.shares_q4 = { 8, 17 },
	.gains = { .gain_q10 = 1536, .change_q8 = -64 },
	.scratch = 99,
};

TCPTUNE_CALLBACK(void, tt_states_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	tcp_cong_avoid_ai(tcp_sk(sk), tcp_sk(sk)->snd_cwnd, acked);
}

TCPTUNE_CALLBACK(u32, tt_states_ssthresh, struct sock *sk)
{
	return 2;
}

TCPTUNE_CALLBACK(u32, tt_states_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

TCPTUNE_CONTROLLER(tt_states,
		   .cong_avoid = (void *)tt_states_cong_avoid,
		   .ssthresh = (void *)tt_states_ssthresh,
		   .undo_cwnd = (void *)tt_states_undo_cwnd);
