// SPDX-License-Identifier: Apache-2.0
/* Connections that have to go well while others are fuzzed.
 *
 *   good CGROUP NETNS PEER-NETNS CPU SEED
 *
 * Sends pseudo-random bytes back and forth until standard input ends, and compares all of them. Stays
 * on one CPU, which keeps its segments in order: one that ends a handshake with a SYN cookie, and comes
 * after its connection is over, would open another.
 */
#include "common.h"

#include <pthread.h>

enum { PORT = 7001 };
static const char *server_netns;
static int ready[2];

static void *echo(void *argument)
{
	static __thread char buffer[64 << 10];
	int s = (int)(intptr_t)argument;
	for (ssize_t n; (n = read(s, buffer, sizeof buffer)) > 0;)
		for (ssize_t sent = 0, m; sent < n; sent += m)
			if ((m = write(s, buffer + sent, n - sent)) <= 0) goto out;
out:
	close(s);
	return NULL;
}

static void *serve(void *argument)
{
	enter_netns(server_netns);
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	must(bind(s, (void *)&a, sizeof a), "bind");
	must(listen(s, 4096), "listen");
	must(write(ready[1], "", 1), "pipe");
	for (int fd; (fd = accept(s, NULL, NULL)) >= 0;) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, echo, (void *)(intptr_t)fd)) fail("pthread_create");
		pthread_detach(thread);
	}
	return argument;
}

static bool transfer(int s, u64 *bytes)
{
	static u8 out[32 << 10], in[32 << 10];
	for (int chunks = 1 + below(16); chunks > 0; chunks--) {
		int length = 1 + below(sizeof out);
		noise(out, length);
		for (ssize_t sent = 0, n; sent < length; sent += n)
			if ((n = write(s, out + sent, length - sent)) <= 0) return false;
		for (ssize_t got = 0, n; got < length; got += n)
			if ((n = read(s, in + got, length - got)) <= 0) return false;
		if (memcmp(in, out, length)) return false;
		*bytes += 2 * length;
	}
	return true;
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fputs("usage: see the head of good.c\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	u64 count = 0, failed = 0, bytes = 0;
	pthread_t server;
	char byte;
	enter_cgroup(argv[1]);
	server_netns = argv[2];
	stay_on(argv[4]);
	chance_state = strtoull(argv[5], NULL, 10);
	must(pipe(ready), "pipe");
	if (pthread_create(&server, NULL, serve, NULL)) fail("pthread_create");
	must(read(ready[0], &byte, 1), "pipe");
	enter_netns(argv[3]);
	while (!poll(&(struct pollfd){ .fd = 0, .events = POLLIN }, 1, 2)) {
		struct timeval limit = { .tv_sec = 30 };
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT),
					 .sin_addr.s_addr = htonl(0x0a620001) };
		int s = socket(AF_INET, SOCK_STREAM, 0);
		must(s, "socket");
		setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		count++;
		failed += connect(s, (void *)&a, sizeof a) || !transfer(s, &bytes);
		shutdown(s, SHUT_WR);
		failed += read(s, &byte, 1) != 0;
		close(s);
	}
	printf("{\"connections\": %llu, \"failed\": %llu, \"bytes\": %llu}\n", count,
	       failed, bytes);
	return 0;
}
