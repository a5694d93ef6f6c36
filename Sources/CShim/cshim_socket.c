/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "cshim_socket.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <time.h>

int cshim_accept(int fd, struct sockaddr *address, socklen_t *length)
{
	int connection = accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);

	return connection < 0 ? -errno : connection;
}

int cshim_epoll_wait(int fd, struct epoll_event *events, int count, int64_t timeout_ns)
{
	struct timespec timeout = {
		.tv_sec = timeout_ns / 1000000000,
		.tv_nsec = timeout_ns % 1000000000,
	};
	int ready = epoll_pwait2(fd, events, count, timeout_ns < 0 ? NULL : &timeout, NULL);

	return ready < 0 ? -errno : ready;
}

int cshim_tcp_sample(int fd, struct cshim_tcp_sample *sample)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
		return -errno;
	sample->delivery_rate = info.tcpi_delivery_rate;
	sample->cwnd = info.tcpi_snd_cwnd;
	sample->rtt_us = info.tcpi_rtt;
	sample->min_rtt_us = info.tcpi_min_rtt;
	sample->lost = info.tcpi_lost;
	sample->total_retrans = info.tcpi_total_retrans;
	return 0;
}

int cshim_unacknowledged(int fd)
{
	int bytes;

	return ioctl(fd, SIOCOUTQ, &bytes) ? -errno : bytes;
}

int cshim_abort_on_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) ? -errno : 0;
}
