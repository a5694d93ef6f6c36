// SPDX-License-Identifier: Apache-2.0
/* The load behind benchmarks/figures.
 *
 *   load bulk   CGROUP-A CGROUP-B NETNS-A NETNS-B CONTROLLER-A CONTROLLER-B MEGABYTES BLOCKS
 *   load rr     CGROUP-A CGROUP-B NETNS-A NETNS-B COUNT BLOCKS
 *   load churn  CGROUP-A CGROUP-B COUNT BLOCKS
 *   load serial CGROUP-A CGROUP-B COUNT BLOCKS
 *   load hold   PORT COUNT
 *
 * All but hold compare two cgroups in one process: a socket belongs to the cgroup that its maker was
 * in, so one process can hold sockets of both and take turns. Each block is A B B A, which cancels
 * what drifts, and prints the two sums: of CPU nanoseconds for bulk and serial, of wall nanoseconds
 * for rr (COUNT requests of a byte, each answered by one, on one connection) and churn. churn and
 * serial are COUNT times connect, a request, close: between two processes, and by one. What differs
 * from process to process (memory layout, ports, placement) is the same for both.
 *
 * A controller of "-" is left to the cgroup's profile.
 *
 * hold opens COUNT connections on loopback and keeps them until standard input ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int order[] = { 0, 1, 1, 0 };

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void must(int result, const char *what)
{
	if (result < 0) fail(what);
}

static struct sockaddr_in at(const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

/* Moves this process, with all its threads. */
static void enter_cgroup(const char *path)
{
	char file[512];
	snprintf(file, sizeof file, "%s/cgroup.procs", path);
	int fd = open(file, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1) fail(file);
	close(fd);
}

/* Moves this thread. */
static void enter_netns(const char *name)
{
	char file[256];
	snprintf(file, sizeof file, "/run/netns/%s", name);
	int fd = open(file, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) fail(file);
	close(fd);
}

static int listen_on(const char *ip, int port)
{
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct sockaddr_in a = at(ip, port);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	must(bind(s, (void *)&a, sizeof a), "bind");
	must(listen(s, 4096), "listen");
	return s;
}

static int connect_to(const char *ip, int port, const char *controller)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = at(ip, port);
	must(s, "socket");
	if (controller && strcmp(controller, "-"))
		must(setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, controller, strlen(controller)), controller);
	must(connect(s, (void *)&a, sizeof a), "connect");
	return s;
}

/* ---- CPU time: this process, and the kernel's soft-interrupt threads that may work for it */

static int softirq_threads[64], softirq_count;

static void find_softirq_threads(void)
{
	for (int pid = 1; pid < 4096 && softirq_count < 64; pid++) {
		char path[64], name[32] = "";
		snprintf(path, sizeof path, "/proc/%d/comm", pid);
		int fd = open(path, O_RDONLY);
		if (fd < 0) continue;
		if (read(fd, name, sizeof name - 1) > 0 && !strncmp(name, "ksoftirqd/", 10)) {
			snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
			softirq_threads[softirq_count++] = open(path, O_RDONLY);
		}
		close(fd);
	}
}

static long long nanoseconds(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long cpu_time(void)
{
	long long sum = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < softirq_count; i++) {
		char text[128] = "";
		if (pread(softirq_threads[i], text, sizeof text - 1, 0) > 0) sum += atoll(text);
	}
	return sum;
}

/* ---- bulk */

enum { CHUNK = 128 << 10 };
static const char *server_netns;
static int listeners[2];
static long long slice_bytes;
static pthread_barrier_t listening;

static void pin(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

/* The server's thread: a connection of each cgroup. */
static void accept_both(char **cgroups, int connection[2])
{
	pin(1);
	enter_netns(server_netns);
	for (int i = 0; i < 2; i++) {
		enter_cgroup(cgroups[i]);
		listeners[i] = listen_on("0.0.0.0", 16000 + i);
	}
	pthread_barrier_wait(&listening);
	for (int i = 0; i < 2; i++) must(connection[i] = accept(listeners[i], NULL, NULL), "accept");
}

/* The client's, once the server's thread listens. */
static void connect_both(char **cgroups, const char *netns, char **controllers, int connection[2])
{
	pthread_barrier_wait(&listening);
	pin(0);
	enter_netns(netns);
	for (int i = 0; i < 2; i++) {
		enter_cgroup(cgroups[i]);
		connection[i] = connect_to("10.98.0.2", 16000 + i, controllers[i]);
	}
}

/* Reads slices from whichever connection has one, and answers each with a byte. */
static void *receive(void *cgroups)
{
	int connection[2], turn = 0;
	char *buffer = malloc(CHUNK);
	accept_both(cgroups, connection);
	for (;; turn = (turn + 1) % 4) {
		int s = connection[order[turn]];
		for (long long left = slice_bytes; left > 0;) {
			ssize_t n = read(s, buffer, left < CHUNK ? left : CHUNK);
			if (n <= 0) return NULL;
			left -= n;
		}
		if (write(s, "", 1) != 1) return NULL;
	}
}

static int bulk(char **argv)
{
	char **cgroups = argv, **controllers = argv + 4, *buffer = calloc(1, CHUNK), byte;
	int connection[2], blocks = atoi(argv[7]);
	pthread_t receiver;
	server_netns = argv[3];
	slice_bytes = atoll(argv[6]) << 20;
	pthread_barrier_init(&listening, NULL, 2);
	find_softirq_threads();
	pthread_create(&receiver, NULL, receive, cgroups);
	connect_both(cgroups, argv[2], controllers, connection);
	for (int block = -2; block < blocks; block++) { /* two to warm up */
		long long cost[2] = { 0, 0 };
		for (int turn = 0; turn < 4; turn++) {
			int s = connection[order[turn]];
			long long before = cpu_time();
			for (long long left = slice_bytes; left > 0;) {
				ssize_t n = write(s, buffer, left < CHUNK ? left : CHUNK);
				must(n, "write");
				left -= n;
			}
			if (read(s, &byte, 1) != 1) fail("answer");
			cost[order[turn]] += cpu_time() - before;
		}
		if (block >= 0) printf("%lld %lld\n", cost[0], cost[1]);
	}
	return 0;
}

/* ---- rr */

static int requests;

static void *answer(void *cgroups)
{
	int connection[2], one = 1;
	char byte;
	accept_both(cgroups, connection);
	for (int i = 0; i < 2; i++)
		setsockopt(connection[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	for (int turn = 0;; turn = (turn + 1) % 4) {
		int s = connection[order[turn]];
		for (int i = 0; i < requests; i++)
			if (read(s, &byte, 1) != 1 || write(s, &byte, 1) != 1) return NULL;
	}
}

static int rr(char **argv)
{
	char *own[] = { "-", "-" }, byte = 'x';
	int connection[2], blocks = atoi(argv[5]), one = 1;
	pthread_t server;
	server_netns = argv[3];
	requests = atoi(argv[4]);
	pthread_barrier_init(&listening, NULL, 2);
	pthread_create(&server, NULL, answer, argv);
	connect_both(argv, argv[2], own, connection);
	for (int i = 0; i < 2; i++)
		setsockopt(connection[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	for (int block = -1; block < blocks; block++) {
		long long cost[2] = { 0, 0 };
		for (int turn = 0; turn < 4; turn++) {
			int s = connection[order[turn]];
			long long before = nanoseconds(CLOCK_MONOTONIC);
			for (int i = 0; i < requests; i++)
				if (write(s, &byte, 1) != 1 || read(s, &byte, 1) != 1) fail("request");
			cost[order[turn]] += nanoseconds(CLOCK_MONOTONIC) - before;
		}
		if (block >= 0) printf("%lld %lld\n", cost[0], cost[1]);
	}
	return 0;
}

/* ---- churn */

static void serve_each(int listener)
{
	char byte;
	for (int s; (s = accept(listener, NULL, NULL)) >= 0; close(s)) {
		if (read(s, &byte, 1) != 1 || write(s, &byte, 1) != 1) fail("echo");
		while (read(s, &byte, 1) > 0) ;
	}
}

/* Keeps a CPU from halting, and gives way to everything: a virtual CPU that halts between two
 * wake-ups makes a microsecond more or less of work a jump of ten. */
static void idle(int cpu)
{
	struct sched_param none = { 0 };
	pin(cpu);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_IDLE, &none)) fail("idle priority");
	for (;;) ;
}

/* Client and server as processes, on a CPU each. */
static int churn(char **argv)
{
	int count = atoi(argv[2]), blocks = atoi(argv[3]);
	pid_t children[4];
	for (int i = 0; i < 2; i++) {
		if (!(children[2 + i] = fork())) idle(i);
		enter_cgroup(argv[i]);
		int listener = listen_on("127.0.0.1", 16000 + i);
		if (!(children[i] = fork())) {
			pin(1);
			serve_each(listener);
		}
		close(listener);
	}
	pin(0);
	for (int block = -1; block < blocks; block++) {
		long long cost[2] = { 0, 0 };
		for (int turn = 0; turn < 4; turn++) {
			int arm = order[turn];
			enter_cgroup(argv[arm]);
			long long before = nanoseconds(CLOCK_MONOTONIC);
			for (int i = 0; i < count; i++) {
				char byte = 'x';
				int s = connect_to("127.0.0.1", 16000 + arm, NULL);
				if (write(s, &byte, 1) != 1 || read(s, &byte, 1) != 1) fail("request");
				close(s);
			}
			cost[arm] += nanoseconds(CLOCK_MONOTONIC) - before;
		}
		if (block >= 0) printf("%lld %lld\n", cost[0], cost[1]);
	}
	for (int i = 0; i < 4; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	return 0;
}

/* Both ends by turns on one CPU: nothing waits, so that CPU time is all there is to it. */
static int serial(char **argv)
{
	int count = atoi(argv[2]), blocks = atoi(argv[3]), listener[2];
	pin(1);
	for (int i = 0; i < 2; i++) {
		enter_cgroup(argv[i]);
		listener[i] = listen_on("127.0.0.1", 16000 + i);
	}
	for (int block = -1; block < blocks; block++) {
		long long cost[2] = { 0, 0 };
		for (int turn = 0; turn < 4; turn++) {
			int arm = order[turn];
			enter_cgroup(argv[arm]);
			long long before = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
			for (int i = 0; i < count; i++) {
				char byte = 'x';
				int client = connect_to("127.0.0.1", 16000 + arm, NULL);
				int server = accept(listener[arm], NULL, NULL);
				if (write(client, &byte, 1) != 1 || read(server, &byte, 1) != 1 ||
				    write(server, &byte, 1) != 1 || read(client, &byte, 1) != 1)
					fail("request");
				close(client);
				if (read(server, &byte, 1) != 0) fail("end");
				close(server);
			}
			cost[arm] += nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - before;
		}
		if (block >= 0) printf("%lld %lld\n", cost[0], cost[1]);
	}
	return 0;
}

/* ---- hold */

static int hold(int port, int count)
{
	int listener = listen_on("0.0.0.0", port);
	pid_t server = fork();
	if (!server) {
		for (int i = 0; i < count; i++) must(accept(listener, NULL, NULL), "accept");
		pause();
	}
	for (int i = 0; i < count; i++) {
		char ip[32]; /* several, for the ports */
		snprintf(ip, sizeof ip, "127.0.1.%d", 1 + i / 5000);
		connect_to(ip, port, NULL);
	}
	puts("ready");
	fflush(stdout);
	getchar();
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 10 && !strcmp(argv[1], "bulk")) return bulk(argv + 2);
	if (argc == 8 && !strcmp(argv[1], "rr")) return rr(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "churn")) return churn(argv + 2);
	if (argc == 6 && !strcmp(argv[1], "serial")) return serial(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "hold")) return hold(atoi(argv[2]), atoi(argv[3]));
	fputs("usage: see the head of load.c\n", stderr);
	return 2;
}
