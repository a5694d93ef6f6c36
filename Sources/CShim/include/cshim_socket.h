/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What event loops over TCP sockets need beyond what Swift imports.
 * Everything here returns -errno on failure.
 */
#pragma once

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

/* accept4(2): the new socket doesn't block and is closed on exec. */
int cshim_accept(int fd, struct sockaddr *address, socklen_t *length);

/* epoll_wait(2) for at most timeout_ns, -1 for ever; kernel 5.11. */
int cshim_epoll_wait(int fd, struct epoll_event *events, int count, int64_t timeout_ns);

/* What of struct tcp_info a sender's course is told by. */
struct cshim_tcp_sample {
	uint64_t delivery_rate; /* bytes/s */
	uint32_t cwnd; /* segments */
	uint32_t rtt_us; /* smoothed */
	uint32_t min_rtt_us; /* all ones before the first sample */
	uint32_t lost; /* segments, now */
	uint32_t total_retrans; /* segments */
};

int cshim_tcp_sample(int fd, struct cshim_tcp_sample *sample);

/* Bytes, a FIN counts as one, that were given to the socket and aren't acknowledged. */
int cshim_unacknowledged(int fd);

/* close() sends a reset and drops what is queued. */
int cshim_abort_on_close(int fd);
