// SPDX-License-Identifier: Apache-2.0
/* tcptune's pinned maps.
 *
 *   maps attachments
 *   maps counters ATTACHMENT
 */
#include "counters.h"

#include <linux/bpf.h>
#include <sys/syscall.h>

static int map_at(const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "/sys/fs/bpf/tcptune/v%d/maps/%s", TT_ABI_VERSION, name);
	union bpf_attr attr = { .pathname = (uintptr_t)path };
	int fd = syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof attr);
	must(fd, path);
	return fd;
}

static bool next_key(int map, void *key, bool first)
{
	union bpf_attr attr = { .map_fd = map, .key = first ? 0 : (uintptr_t)key, .next_key = (uintptr_t)key };
	return !syscall(SYS_bpf, BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr);
}

static bool look_up(int map, const void *key, void *value)
{
	union bpf_attr attr = { .map_fd = map, .key = (uintptr_t)key, .value = (uintptr_t)value };
	return !syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr);
}

static int list_attachments(void)
{
	int map = map_at("statistics");
	u64 key;
	for (bool first = true; next_key(map, &key, first); first = false)
		printf("%llu\n", key);
	return 0;
}

static int possible_cpus(void)
{
	int first, last, fd = open("/sys/devices/system/cpu/possible", O_RDONLY);
	char text[64] = "";
	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) fail("possible CPUs");
	close(fd);
	return sscanf(text, "%d-%d", &first, &last) == 2 ? last + 1 : 1;
}

/* Of the histograms one; in its first bucket all of its samples. */
static void add_peer(struct tt_peer_statistics *all, const struct tt_peer_statistics *p)
{
	all->connections += p->connections;
	all->telemetry += p->telemetry;
	for (int i = 0; i < TT_RTT_BUCKETS; i++) all->rtt[0] += p->rtt[i];
}

static int counters(u64 attachment)
{
	int statistics = map_at("statistics"), peers = map_at("peers"), rest = map_at("peer_rest");
	int cpus = possible_cpus();
	struct tt_statistics *each = calloc(cpus, sizeof *each), sum = { 0 };
	if (!look_up(statistics, &attachment, each)) fail("statistics");
	for (int i = 0; i < cpus; i++) {
		for (int j = 0; j < TT_HDR_COUNTER_COUNT; j++) sum.header[j] += each[i].header[j];
		for (int j = 0; j < TT_COUNTER_COUNT; j++) sum.counters[j] += each[i].counters[j];
		for (int j = 0; j < TT_OPT_COUNT; j++) sum.option_failures[0] += each[i].option_failures[j];
	}
	u64 entries = 0, mine = 0;
	struct tt_peer_key key;
	static struct tt_peer_statistics p, all;
	if (!look_up(rest, &attachment, &p)) fail("peer_rest");
	u64 connections_of_rest = p.connections;
	add_peer(&all, &p);
	for (bool first = true; next_key(peers, &key, first); first = false) {
		entries++;
		if (key.attachment != attachment || !look_up(peers, &key, &p)) continue;
		mine++;
		add_peer(&all, &p);
	}
	printf("{\"activeOpened\": %llu, \"passiveOpened\": %llu, \"closed\": %llu, \"optionFailures\": %llu, ",
	       sum.counters[TT_ACTIVE_OPENED],
	       sum.counters[TT_PASSIVE_OPENED], sum.counters[TT_CLOSED], sum.option_failures[0]);
	printf("\"peers\": {\"entries\": %llu, \"ofThis\": %llu, \"connections\": %llu, \"telemetry\": %llu, "
	       "\"rttSamples\": %llu, \"connectionsOfRest\": %llu}, \"counters\": {",
	       entries, mine, all.connections, all.telemetry, all.rtt[0], connections_of_rest);
	print_counters(sum.header);
	puts("}}");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "attachments")) return list_attachments();
	if (argc == 3 && !strcmp(argv[1], "counters")) return counters(strtoull(argv[2], NULL, 10));
	fputs("usage: see the head of maps.c\n", stderr);
	return 2;
}
