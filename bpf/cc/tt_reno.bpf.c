// SPDX-License-Identifier: GPL-2.0
/* TCP congestion control as RFC 5681 has it; loss recovery (RFC 6582, 6675) is the kernel's. */
#include <tcptune/cc.h>

TCPTUNE_PARAMETER(u32, beta_permille, 500, 100, 950,
		  "Share of the data in flight that ssthresh keeps after a loss "
		  "(RFC 5681, equation 4)");
TCPTUNE_PARAMETER(u32, abc_limit_segments, 65535, 1, 65535,
		  "Largest growth of cwnd per ACK in slow start (L of RFC 3465)");

TCPTUNE_CALLBACK(void, tt_reno_cong_avoid, struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcptune_is_cwnd_limited(tp))
		return;
	if (tcptune_in_slow_start(tp)) {
		acked = tcp_slow_start(tp, min(acked, abc_limit_segments));
		if (!acked)
			return;
	}
	/* One segment per window acknowledged (RFC 5681, section 3.1; RFC 3465, section 2.1). */
	tcp_cong_avoid_ai(tp, tp->snd_cwnd, acked);
}

TCPTUNE_CALLBACK(u32, tt_reno_ssthresh, struct sock *sk)
{
	u64 flight = tcptune_flight_size(tcp_sk(sk));

	return max(flight * beta_permille / 1000, 2ull);
}

TCPTUNE_CALLBACK(u32, tt_reno_undo_cwnd, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}

TCPTUNE_CONTROLLER(tt_reno,
		   .cong_avoid = (void *)tt_reno_cong_avoid,
		   .ssthresh = (void *)tt_reno_ssthresh,
		   .undo_cwnd = (void *)tt_reno_undo_cwnd);
