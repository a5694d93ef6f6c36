// SPDX-License-Identifier: Apache-2.0
/* What the programs have in common. */
#ifndef FUZZ_COMMON_H
#define FUZZ_COMMON_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <tcptune_abi.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;

static inline void fail(const char *what)
{
	perror(what);
	exit(1);
}

static inline void must(int result, const char *what)
{
	if (result < 0) fail(what);
}

static inline void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) < 0) fail(path);
	close(fd);
}

static inline void enter_cgroup(const char *path)
{
	char file[512];
	snprintf(file, sizeof file, "%s/cgroup.procs", path);
	write_to(file, "0");
}

static inline void enter_netns(const char *name)
{
	char file[256];
	snprintf(file, sizeof file, "/run/netns/%s", name);
	int fd = open(file, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) fail(file);
	close(fd);
}

static inline void stay_on(const char *cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(atoi(cpu), &set);
	must(sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

static inline double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* ---- chance: splitmix64 */

static u64 chance_state;

static inline u64 draw(void)
{
	u64 z = chance_state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline u32 below(u32 limit) { return draw() % limit; }
static inline bool percent(u32 p) { return below(100) < p; }

static inline void noise(u8 *bytes, int length)
{
	for (int i = 0; i < length; i++) bytes[i] = draw();
}

#endif
