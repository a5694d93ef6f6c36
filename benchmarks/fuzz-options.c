// SPDX-License-Identifier: Apache-2.0
/* The packets behind benchmarks/fuzz-options.
 *
 *   fuzz-options fuzz CGROUP NETNS PEER-NETNS PEER-DEVICE KERNEL-MAC PEER-MAC CPU SEED PACKETS OPTION...
 *   fuzz-options good CGROUP NETNS PEER-NETNS CPU SEED
 *   fuzz-options attachments
 *   fuzz-options counters ATTACHMENT
 *
 * fuzz is both ends of every connection: sockets in CGROUP and NETNS are the kernel's; the peer is
 * made by hand, packet by packet, at addresses that no kernel owns, so that no reset gets in the way.
 * It knows from the bytes what has to come of each segment, by rules written down here a second
 * time, from docs/header-options.md and not from the BPF programs. Prints what the counters have to be.
 * The OPTIONs are the profile's: telemetry, delayed-ack, user-timeout, exid=N and kind=N, the last two
 * in the profile's order.
 *
 * good sends pseudo-random bytes back and forth until standard input ends, and compares all of them. It
 * stays on one CPU, which keeps its segments in order: one that ends a handshake with a SYN cookie, and
 * comes after its connection is over, would open another.
 *
 * The others read tcptune's pinned maps.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <tcptune_abi.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;

enum { TELEMETRY = 20, TIMESTAMPS = 8, MD5 = 19, USER_TIMEOUT = 28, AO = 29, EXPERIMENT = 254 };
enum { EXID = 0x7474, VERSION = 1, HELLO_TYPE = 1, TELEMETRY_TYPE = 2 };
enum { SAYS_TELEMETRY = 1, SAYS_ACK_DELAY = 2, SAYS_IDENTITY = 4 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, ECE = 64, CWR = 128 };

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void must(int result, const char *what)
{
	if (result < 0) fail(what);
}

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) < 0) fail(path);
	close(fd);
}

static void enter_cgroup(const char *path)
{
	char file[512];
	snprintf(file, sizeof file, "%s/cgroup.procs", path);
	write_to(file, "0");
}

static void enter_netns(const char *name)
{
	char file[256];
	snprintf(file, sizeof file, "/run/netns/%s", name);
	int fd = open(file, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) fail(file);
	close(fd);
}

static void stay_on(const char *cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(atoi(cpu), &set);
	must(sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* ---- chance: splitmix64 */

static u64 chance_state;

static u64 draw(void)
{
	u64 z = chance_state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static u32 below(u32 limit) { return draw() % limit; }
static bool percent(u32 p) { return below(100) < p; }

/* ---- lists of options */

struct list {
	u8 length; /* 0 to 40, a multiple of four */
	u8 bytes[40];
};

struct profile {
	bool telemetry, delayed_ack, user_timeout;
	int raws;
	struct {
		u8 kind;
		u16 exid; /* of kind 254 */
	} raw[TT_MAX_RAW];
};
static struct profile profile;

static void add(struct list *l, const u8 *bytes, int length)
{
	for (int i = 0; i < length && l->length < 40; i++) l->bytes[l->length++] = bytes[i];
}

static void noise(u8 *bytes, int length)
{
	for (int i = 0; i < length; i++) bytes[i] = draw();
}

static int hello_length(u8 flags)
{
	return 6 + (flags & SAYS_ACK_DELAY ? 2 : 0) + (flags & SAYS_IDENTITY ? 8 : 0);
}

/* Ours, right or nearly so. */
static void add_own(struct list *l, bool handshake)
{
	bool hello = percent(handshake ? 85 : 20);
	u8 o[40];
	noise(o, sizeof o);
	o[0] = EXPERIMENT;
	o[2] = EXID >> 8;
	o[3] = EXID & 255;
	o[4] = VERSION << 4 | (hello ? HELLO_TYPE : TELEMETRY_TYPE);
	if (percent(80)) o[5] &= 15;
	o[1] = hello ? hello_length(o[5]) : TELEMETRY;
	int length = o[1];
	switch (below(20)) {
	case 0: o[4] = draw(); break; /* any version and type */
	case 1: o[4] = (o[4] & 15) | (2 + below(14)) << 4; break;
	case 2: o[4] = VERSION << 4 | below(16); break;
	case 3: o[1] = length = 4 + below(24); break; /* any length */
	case 4: o[1] = draw(); break; /* one that may not be there, or nonsense */
	case 5: length = below(length + 1); break; /* cut off */
	case 6: o[2 + below(2)] ^= 1 << below(8); break; /* nearly our ExID */
	}
	add(l, o, length);
}

static void add_user_timeout(struct list *l)
{
	u8 o[40];
	noise(o, sizeof o);
	o[0] = USER_TIMEOUT;
	o[1] = percent(70) ? 4 : percent(80) ? 2 + below(12) : draw();
	add(l, o, o[1] < 2 ? 2 : o[1] > 14 ? 14 : o[1]);
}

static void add_raw(struct list *l)
{
	u8 o[40];
	noise(o, sizeof o);
	o[0] = EXPERIMENT;
	if (profile.raws) {
		int i = below(profile.raws);
		o[0] = profile.raw[i].kind;
		if (o[0] == EXPERIMENT) {
			o[2] = profile.raw[i].exid >> 8;
			o[3] = profile.raw[i].exid;
		}
	}
	o[1] = percent(85) ? (o[0] == EXPERIMENT ? 4 : 2) + below(8) : below(16);
	add(l, o, o[1] < 2 ? 2 : o[1]);
}

/* What the kernel knows, in its right length more often than not; and anything else. */
static void add_other(struct list *l)
{
	static const u8 known[][2] = { { 2, 4 },   { 3, 3 },   { 4, 2 },   { 5, 10 },	{ 5, 18 },
				       { 8, 10 },  { 19, 18 }, { 29, 16 }, { 30, 12 }, { 34, 10 },
				       { 34, 2 },  { 172, 11 }, { 174, 8 }, { 253, 6 }, { 254, 2 },
				       { 254, 3 }, { 254, 8 }, { 69, 4 } };
	u8 o[40];
	noise(o, sizeof o);
	if (percent(60)) {
		const u8 *k = known[below(sizeof known / 2)];
		o[0] = k[0];
		o[1] = percent(85) ? k[1] : below(44);
		if (o[0] == EXPERIMENT && percent(30)) o[2] = 0xf9, o[3] = 0x89; /* Fast Open's ExID */
	} else if (percent(70)) {
		o[1] = 2 + below(16);
	}
	int length = o[1] < 2 || o[1] > 40 ? 2 + below(8) : o[1];
	add(l, o, length);
}

static struct list any_list(bool handshake)
{
	struct list l = { 0 };
	int kind = below(100), length = 4 * below(11);
	if (kind < 3) { /* of the same byte */
		memset(l.bytes, (u8[]){ 0, 1, 255, USER_TIMEOUT, EXPERIMENT }[below(5)], 40);
		l.length = length;
		return l;
	}
	if (kind < 10) {
		noise(l.bytes, 40);
		l.length = length;
		return l;
	}
	int count = 1 + below(4);
	for (int i = 0; i < count; i++) {
		u8 start = l.length;
		while (percent(30) && l.length < 40) l.bytes[l.length++] = 1;
		switch (below(10)) {
		case 0 ... 4: add_own(&l, handshake); break;
		case 5: add_user_timeout(&l); break;
		case 6: add_raw(&l); break;
		default: add_other(&l); break;
		}
		if (percent(8)) { /* again */
			struct list same = l;
			add(&l, same.bytes + start, same.length - start);
		}
	}
	u8 padding = (u8[]){ 0, 1, 1, 255 }[below(4)];
	while (l.length & 3) l.bytes[l.length++] = padding;
	if (percent(5) && l.length) l.length = 4 * below(l.length / 4 + 1); /* the rest is missing */
	return l;
}

/* ---- what has to come of them */

static u64 expected[TT_HDR_COUNTER_COUNT];
static struct {
	u64 packets, attempts[3], accepted, taken, dropped_by_kernel, received_bytes;
} tally;

/* The kernel's own checks of signatures, where it is built with them: asked at the start. */
static bool checks_signatures, checks_ao;

/* Where a walk over a list stops: at the end, at kind 0, or where it isn't a list. */
static int next_option(const struct list *l, int at)
{
	while (at < l->length && l->bytes[at] == 1) at++;
	if (at + 1 >= l->length || !l->bytes[at]) return -1;
	int length = l->bytes[at + 1];
	return length < 2 || length > l->length - at ? -1 : at;
}

/* The first option of a kind and, of kind 254, an ExID; NULL: none that can be found. */
static const u8 *find(const struct list *l, u8 kind, u16 exid)
{
	for (int at = 0; (at = next_option(l, at)) >= 0; at += l->bytes[at + 1]) {
		const u8 *o = l->bytes + at;
		if (o[0] != kind) continue;
		if (kind != EXPERIMENT) return o;
		if (o[1] < 4) return NULL;
		if (o[2] == exid >> 8 && o[3] == (exid & 255)) return o;
	}
	return NULL;
}

/* Timestamps that the kernel would act on get right values: the fuzzer doesn't mean to be too old. */
static void set_timestamps(struct list *l, u32 value, u32 echo)
{
	value = htonl(value);
	echo = htonl(echo);
	for (int at = 0; (at = next_option(l, at)) >= 0; at += l->bytes[at + 1]) {
		if (l->bytes[at] != TIMESTAMPS || l->bytes[at + 1] != 10) continue;
		memcpy(l->bytes + at + 2, &value, 4);
		memcpy(l->bytes + at + 6, &echo, 4);
	}
}

/* RFC 2385 and 5925: signed segments of connections that have no key, and lists in which it can't be
 * told whether they are, are dropped. The kernel looks as long as a signature would have room; where it
 * is built without AO, it drops only the ACKs that end a handshake. */
static bool passes_signatures(const struct list *l, bool ends_handshake)
{
	int found = 0, least = checks_ao ? 5 : 18;
	bool md5 = false, ao = false;
	if (!checks_signatures) return true;
	for (int at = 0; l->length - at >= least;) {
		int kind = l->bytes[at], length = l->bytes[at + 1];
		if (!kind) break;
		if (kind == 1) {
			at++;
			continue;
		}
		if (length < 2 || length > l->length - at) return false;
		if (kind == MD5 && length != 18) return false;
		if (kind == AO && length <= 4) return false;
		if (kind == MD5 || kind == AO) {
			if (found++) return false;
			md5 |= kind == MD5;
			ao |= kind == AO;
		}
		at += length;
	}
	return !md5 && !(ao && (checks_ao || ends_handshake));
}

struct connection {
	bool v6, active, cookie, completes, hello_in_syn, fell_back, answered, telemetry;
	u8 raws; /* negotiated */
	u16 port, kernel_port;
	u32 number, next, heard; /* our next sequence number, the kernel's */
	u32 echo;		 /* the kernel's timestamp */
	u32 payload;		 /* bytes that it has to have taken */
	int fd, syns, synacks, resets, fins;
	struct list syn;
};

/* By docs/header-options.md: the type if it's to be heeded, else 0. */
static int own_type(const struct list *l, const u8 **option)
{
	const u8 *o = *option = find(l, EXPERIMENT, EXID);
	if (!o) return 0;
	if (o[1] >= 5 && o[4] >> 4 != VERSION) {
		expected[TT_HDR_UNKNOWN_VERSION]++;
		return 0;
	}
	int type = o[1] >= 6 ? o[4] & 15 : 0;
	if ((type == HELLO_TYPE && o[1] == hello_length(o[5])) ||
	    (type == TELEMETRY_TYPE && o[1] == TELEMETRY))
		return type;
	expected[TT_HDR_MALFORMED]++;
	return 0;
}

static void expect_greeting(struct connection *c, const u8 *hello)
{
	c->answered = true;
	c->telemetry = profile.telemetry && hello[5] & SAYS_TELEMETRY;
	expected[TT_HDR_NEGOTIATED]++;
	if (hello[5] & SAYS_IDENTITY) expected[TT_HDR_RECEIVED + TT_HDR_IDENTITY]++;
	if (hello[5] & SAYS_ACK_DELAY && profile.delayed_ack)
		expected[TT_HDR_RECEIVED + TT_HDR_DELAYED_ACK]++;
}

static bool expect_hello(struct connection *c, const struct list *l)
{
	const u8 *o;
	bool heeded = own_type(l, &o) == HELLO_TYPE;
	if (heeded) expect_greeting(c, o);
	return heeded;
}

static void expect_user_timeout(const struct list *l)
{
	const u8 *o = profile.user_timeout ? find(l, USER_TIMEOUT, 0) : NULL;
	if (o) expected[o[1] == 4 ? TT_HDR_RECEIVED + TT_HDR_USER_TIMEOUT : TT_HDR_MALFORMED]++;
}

static u8 raws_in(const struct list *l)
{
	u8 found = 0;
	for (int i = 0; i < profile.raws; i++)
		if (find(l, profile.raw[i].kind, profile.raw[i].exid)) found |= 1 << i;
	return found;
}

static void expect_raws(u8 found)
{
	for (int i = 0; i < profile.raws; i++)
		if (found & 1 << i) expected[TT_HDR_RECEIVED + TT_HDR_RAW + i]++;
}

/* The ACK that ends a handshake has come. Of a SYN that was answered by a cookie nothing is known. */
static void expect_accepted(struct connection *c, const struct list *ack)
{
	static const struct list nothing;
	const struct list *syn = c->cookie ? &nothing : &c->syn;
	if (!expect_hello(c, syn)) expect_hello(c, ack);
	expect_raws(c->raws = raws_in(syn));
	expect_user_timeout(syn);
}

static void expect_connected(struct connection *c, const struct list *synack)
{
	bool answered = expect_hello(c, synack);
	expect_raws(c->raws = raws_in(synack));
	expect_user_timeout(synack);
	if (!answered && !c->raws && !c->fell_back) expected[TT_HDR_UNANSWERED]++;
}

static void expect_segment(struct connection *c, const struct list *l)
{
	const u8 *o;
	int type = own_type(l, &o);
	if (type == TELEMETRY_TYPE && c->telemetry) expected[TT_HDR_RECEIVED + TT_HDR_TELEMETRY]++;
	if (type == HELLO_TYPE && !c->answered) expect_greeting(c, o);
	expect_raws(raws_in(l) & c->raws);
	expect_user_timeout(l);
	tally.taken++;
}

/* ---- errors: all counted, the first told */

static int errors;

__attribute__((format(printf, 2, 3))) static void
error_of(const struct connection *c, const char *format, ...)
{
	if (errors++ >= 20) return;
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	if (c)
		fprintf(stderr, " (connection %u, %s, IPv%c%s)", c->number,
			c->active ? "outbound" : "inbound", c->v6 ? '6' : '4', c->cookie ? ", cookie" : "");
	fputc('\n', stderr);
}

/* ---- packets */

enum { QUEUE = 128, FRAME = 256, BATCH = 192, LISTENER = 7000, CLOSED = 9 };
enum damage { INTACT, BAD_SUM, SHORT_OFFSET, LONG_OFFSET };
#define PROBER 0x7fff00u /* a peer that only asks whether everything has been worked off */
#define OUR_CLOCK 1000

static u8 frames[QUEUE][FRAME], kernel_mac[6], peer_mac[6];
static struct iovec pieces[QUEUE];
static struct mmsghdr messages[QUEUE];
static int queued, wire;
static u32 probe, probe_answered;
static struct connection connections[BATCH];
static int connection_count;
static u32 first_number;

static u32 peer_ipv4(u32 n) /* each in a /24 of its own */
{
	return htonl(10u << 24 | 1u << 23 | (n >> 16 & 127) << 16 | (n & 255) << 8 | (n >> 8 & 255));
}

static struct in6_addr peer_ipv6(u32 n)
{
	struct in6_addr a = { .s6_addr = { 0xfd, 0x98 } };
	n = htonl(n);
	memcpy(a.s6_addr + 4, &n, 4);
	a.s6_addr[15] = 1;
	return a;
}

static u32 sum_of(const void *data, int length, u32 sum)
{
	const u8 *p = data;
	for (; length > 1; p += 2, length -= 2) sum += p[0] << 8 | p[1];
	return length ? sum + (p[0] << 8) : sum;
}

static u16 folded(u32 sum)
{
	while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void flush(void)
{
	for (int sent = 0; sent < queued;) {
		int n = sendmmsg(wire, messages + sent, queued - sent, 0);
		if (n < 0 && errno != ENOBUFS && errno != EAGAIN) fail("sendmmsg");
		if (n > 0) sent += n;
	}
	queued = 0;
}

static void settle(void);

static void put(bool v6, u32 number, u16 port, u16 kernel_port, u8 flags, u32 seq, u32 ack,
		const struct list *l, const u8 *payload, int length, enum damage damage)
{
	if (queued == QUEUE - 1 && number != PROBER) settle(); /* which adds one */
	u8 *at = frames[queued], *ip = at + 14;
	int header = 20 + l->length, whole = header + length, offset = header / 4;
	memcpy(at, kernel_mac, 6);
	memcpy(at + 6, peer_mac, 6);
	at[12] = v6 ? 0x86 : 0x08;
	at[13] = v6 ? 0xdd : 0x00;
	struct tcphdr *tcp;
	u32 sum = IPPROTO_TCP + whole;
	if (v6) {
		struct ip6_hdr h = { .ip6_flow = htonl(6u << 28), .ip6_plen = htons(whole),
				     .ip6_nxt = IPPROTO_TCP, .ip6_hlim = 64, .ip6_src = peer_ipv6(number) };
		inet_pton(AF_INET6, "fd97::1", &h.ip6_dst);
		memcpy(ip, &h, sizeof h);
		sum = sum_of(ip + 8, 32, sum);
		tcp = (void *)(ip + sizeof h);
	} else {
		struct iphdr h = { .version = 4, .ihl = 5, .tot_len = htons(20 + whole), .ttl = 64,
				   .protocol = IPPROTO_TCP, .saddr = peer_ipv4(number),
				   .daddr = htonl(0x0a610001) };
		h.check = folded(sum_of(&h, sizeof h, 0));
		memcpy(ip, &h, sizeof h);
		sum = sum_of(ip + 12, 8, sum);
		tcp = (void *)(ip + sizeof h);
	}
	if (damage == LONG_OFFSET && whole / 4 < 15) offset = whole / 4 + 1 + below(15 - whole / 4);
	else if (damage > BAD_SUM) offset = below(5);
	*tcp = (struct tcphdr){ .source = htons(port), .dest = htons(kernel_port), .seq = htonl(seq),
				.ack_seq = flags & ACK ? htonl(ack) : 0, .doff = offset,
				.window = 0xffff };
	((u8 *)tcp)[13] = flags;
	memcpy(tcp + 1, l->bytes, l->length);
	memcpy((u8 *)(tcp + 1) + l->length, payload, length);
	tcp->check = folded(sum_of(tcp, whole, sum));
	if (damage == BAD_SUM) tcp->check ^= 0x5555;
	pieces[queued] = (struct iovec){ at, (u8 *)tcp + whole - at };
	messages[queued].msg_hdr = (struct msghdr){ .msg_iov = &pieces[queued], .msg_iovlen = 1 };
	queued++;
}

static const struct list no_options;

static void send_from(struct connection *c, u8 flags, u32 seq, const struct list *l, int length,
		      enum damage damage)
{
	u8 payload[64];
	noise(payload, length);
	put(c->v6, c->number, c->port, c->kernel_port, flags, seq, c->heard, l, payload, length, damage);
}

/* ---- what the kernel sends */

static void note_options(struct connection *c, const u8 *options, int length, u8 flags)
{
	struct list l = { .length = length };
	bool hello = false;
	memcpy(l.bytes, options, length);
	for (int at = 0; (at = next_option(&l, at)) >= 0; at += l.bytes[at + 1]) {
		const u8 *o = l.bytes + at;
		if (o[0] == USER_TIMEOUT) expected[TT_HDR_SENT + TT_HDR_USER_TIMEOUT]++;
		if (o[0] == TIMESTAMPS && flags & SYN && c) memcpy(&c->echo, o + 2, 4);
		for (int i = 0; i < profile.raws; i++)
			if (o[0] == profile.raw[i].kind &&
			    (o[0] != EXPERIMENT || (o[2] << 8 | o[3]) == profile.raw[i].exid))
				expected[TT_HDR_SENT + TT_HDR_RAW + i]++;
		if (o[0] != EXPERIMENT || (o[2] << 8 | o[3]) != EXID) continue;
		if (o[4] == (VERSION << 4 | TELEMETRY_TYPE) && o[1] == TELEMETRY) {
			expected[TT_HDR_SENT + TT_HDR_TELEMETRY]++;
			if (c && !c->telemetry) error_of(c, "telemetry to a peer that didn't ask");
		} else if (o[4] == (VERSION << 4 | HELLO_TYPE) && o[1] == hello_length(o[5])) {
			hello = true;
			if (o[5] & SAYS_IDENTITY) expected[TT_HDR_SENT + TT_HDR_IDENTITY]++;
			if (o[5] & SAYS_ACK_DELAY) expected[TT_HDR_SENT + TT_HDR_DELAYED_ACK]++;
			if (!(flags & SYN)) expected[TT_HDR_RESENT]++;
		} else {
			error_of(c, "an option of ours that isn't one");
		}
	}
	if (c && !c->active && flags & SYN && hello != c->hello_in_syn)
		error_of(c, hello ? "hello to a peer without one" : "hello not answered");
}

static void hear(const u8 *at, int captured)
{
	bool v6 = at[12] == 0x86 && at[13] == 0xdd;
	int whole;
	u32 number;
	if (captured < 54 || (!v6 && (at[12] != 8 || at[13]))) return;
	const u8 *ip = at + 14;
	if (v6) {
		if (ip[6] != IPPROTO_TCP || ip[24] != 0xfd || ip[25] != 0x98) return;
		memcpy(&number, ip + 28, 4);
		number = ntohl(number);
		whole = ip[4] << 8 | ip[5];
		ip += 40;
	} else {
		if (ip[9] != IPPROTO_TCP || ip[16] != 10) return;
		number = (ip[17] & 127) << 16 | ip[19] << 8 | ip[18];
		whole = (ip[2] << 8 | ip[3]) - 20;
		ip += 20;
	}
	struct tcphdr tcp;
	memcpy(&tcp, ip, sizeof tcp);
	u8 flags = ip[13];
	u32 seq = ntohl(tcp.seq);
	if (number == PROBER) {
		if (flags & RST) probe_answered = ntohl(tcp.ack_seq) - 1;
		return;
	}
	struct connection *c = NULL;
	if (number - first_number < (u32)connection_count) c = &connections[number - first_number];
	if (c && c->active && flags == SYN + (flags & (ECE | CWR))) {
		c->kernel_port = ntohs(tcp.source);
		if (c->syns++) {
			expected[TT_HDR_FALLBACKS]++;
			c->fell_back = true;
		}
	}
	note_options(c, ip + 20, tcp.doff * 4 - 20, flags);
	if (!c) return;
	c->synacks += (flags & (SYN | ACK)) == (SYN | ACK);
	c->resets += !!(flags & RST);
	c->fins += !!(flags & FIN);
	u32 end = seq + whole - tcp.doff * 4 + !!(flags & SYN) + !!(flags & FIN);
	if (flags & SYN || (int)(end - c->heard) > 0) c->heard = end;
}

static void ask(void)
{
	put(false, PROBER, 5000, CLOSED, SYN, probe, 0, &no_options, NULL, 0, INTACT);
}

/* Sends what is queued, and waits until the kernel has worked it off: the probe, last in the same CPU's
 * queue, is answered by a reset. Then every answer before it has been heard, too. */
static void settle(void)
{
	static u8 buffers[64][FRAME];
	struct iovec iov[64];
	struct mmsghdr in[64];
	double start = seconds();
	probe += 0x10000;
	ask();
	flush();
	for (;;) {
		for (int i = 0; i < 64; i++) {
			iov[i] = (struct iovec){ buffers[i], FRAME };
			in[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
		}
		int n = recvmmsg(wire, in, 64, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n; i++) hear(buffers[i], in[i].msg_len);
		if (n > 0) continue;
		if (probe_answered == probe) return;
		if (!poll(&(struct pollfd){ .fd = wire, .events = POLLIN }, 1, 500)) {
			ask(); /* lost, perhaps */
			flush();
		}
		if (seconds() - start > 20) {
			fputs("the kernel doesn't answer\n", stderr);
			exit(1);
		}
	}
}

/* ---- connections */

static int listener4, listener6;

static enum damage some_damage(void)
{
	return percent(4) ? BAD_SUM + below(3) : INTACT;
}

/* A segment with options of all sorts. True: the kernel takes it, and `l` has its options. */
static bool fuzzed(struct connection *c, u8 flags, struct list *l, bool handshake)
{
	enum damage damage = some_damage();
	*l = any_list(handshake);
	set_timestamps(l, OUR_CLOCK, ntohl(c->echo));
	send_from(c, flags, c->next, l, 0, damage);
	tally.packets++;
	bool taken = damage == INTACT && passes_signatures(l, flags == ACK && !c->cookie);
	tally.dropped_by_kernel += !taken;
	return taken;
}

/* Options that the offset doesn't reach are data. */
static void shorten(struct list *l, int *length)
{
	if (l->length < 4 || !percent(5)) return;
	*length = 4 * (1 + below(l->length / 4));
	l->length -= *length;
}

/* Something in the middle of a connection. */
static void fuzz_segment(struct connection *c, bool finishing)
{
	u8 flags = ACK | (draw() & (PSH | ECE | CWR));
	u32 seq = c->next, heard = c->heard;
	enum damage damage = some_damage();
	struct list l = any_list(false);
	int length = 0, sort = below(100);
	bool taken = true;
	if (sort < 30 && !finishing) {
		length = 1 + below(8);
	} else if (sort < 34 && !finishing) { /* ahead of the rest */
		seq += 20000 + below(1000);
		length = 1;
	} else if (sort < 36) { /* of what hasn't been sent */
		c->heard += 100000;
	} else if (sort < 38) { /* of long ago */
		seq -= 100000 + below(100000);
		taken = false;
	} else if (sort < 40) {
		seq += 0x20000000 + below(100000);
		taken = false;
	} else if (sort < 42) {
		seq += percent(50) ? 0x20000000 : 1000 + below(1000);
		flags |= RST;
		taken = false;
	} else if (sort < 43) {
		flags |= SYN;
		taken = false;
	} else if (sort < 44) {
		flags &= ~ACK;
		taken = false;
	}
	if (!length && seq == c->next && !finishing && taken && c->heard == heard) shorten(&l, &length);
	set_timestamps(&l, OUR_CLOCK, ntohl(c->echo));
	send_from(c, flags, seq, &l, length, damage);
	c->heard = heard;
	tally.packets++;
	if (!taken || damage != INTACT || !passes_signatures(&l, false)) {
		tally.dropped_by_kernel++;
		return;
	}
	expect_segment(c, &l);
	if (seq == c->next) {
		c->next += length;
		c->payload += length;
	}
}

static int listen_on(const char *ip, int family)
{
	int s = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(LISTENER) };
	struct sockaddr_in b = { .sin_family = AF_INET, .sin_port = htons(LISTENER) };
	if (family == AF_INET6) inet_pton(family, ip, &a.sin6_addr);
	else inet_pton(family, ip, &b.sin_addr);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	must(family == AF_INET6 ? bind(s, (void *)&a, sizeof a) : bind(s, (void *)&b, sizeof b), ip);
	must(listen(s, 4096), "listen");
	return s;
}

static void accept_on(int listener)
{
	for (;;) {
		struct sockaddr_in6 a;
		socklen_t size = sizeof a;
		u32 number;
		int fd = accept4(listener, (void *)&a, &size, SOCK_NONBLOCK);
		if (fd < 0) return;
		if (a.sin6_family == AF_INET6) {
			memcpy(&number, a.sin6_addr.s6_addr + 4, 4);
			number = ntohl(number);
		} else {
			const u8 *ip = (const u8 *)&((struct sockaddr_in *)&a)->sin_addr;
			number = (ip[1] & 127) << 16 | ip[3] << 8 | ip[2];
		}
		if (number - first_number >= (u32)connection_count ||
		    connections[number - first_number].fd >= 0) {
			error_of(NULL, "accepted a connection of nobody's, number %u", number);
			close(fd);
			continue;
		}
		connections[number - first_number].fd = fd;
	}
}

/* Fewer bytes taken than ought to be, or more: then the fuzzer is wrong of what it sends. */
static void drain(struct connection *c)
{
	static u8 buffer[4096];
	ssize_t n;
	u32 sum = 0;
	while ((n = recv(c->fd, buffer, sizeof buffer, MSG_TRUNC)) > 0) sum += n;
	tally.received_bytes += sum;
	if (sum != c->payload) error_of(c, "%u bytes received, %u sent", sum, c->payload);
	if (n < 0 && errno != EAGAIN) error_of(c, "receive: %s", strerror(errno));
}

static void open_inbound(void)
{
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		const u8 *o;
		if (fuzzed(c, SYN, &c->syn, true)) {
			u64 kept[2] = { expected[TT_HDR_MALFORMED], expected[TT_HDR_UNKNOWN_VERSION] };
			c->completes = percent(80);
			c->hello_in_syn = own_type(&c->syn, &o) == HELLO_TYPE;
			expected[TT_HDR_MALFORMED] = kept[0]; /* counted when it's accepted */
			expected[TT_HDR_UNKNOWN_VERSION] = kept[1];
			c->synacks = -1; /* one to come */
		}
		c->next++;
		tally.attempts[c->cookie]++;
	}
	settle();
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		struct list l;
		if (c->synacks) error_of(c, c->synacks < 0 ? "SYN not answered" : "too many SYN-ACKs");
		if (!c->completes) continue;
		while (!fuzzed(c, ACK, &l, percent(50))) ;
		expect_accepted(c, &l);
	}
	settle();
	accept_on(listener4);
	accept_on(listener6);
}

static void open_outbound(void)
{
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(c->port),
					  .sin6_addr = peer_ipv6(c->number) };
		struct sockaddr_in b = { .sin_family = AF_INET, .sin_port = htons(c->port),
					 .sin_addr.s_addr = peer_ipv4(c->number) };
		must(c->fd = socket(c->v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
		int r = c->v6 ? connect(c->fd, (void *)&a, sizeof a) : connect(c->fd, (void *)&b, sizeof b);
		if (r < 0 && errno != EINPROGRESS) fail("connect");
		expected[TT_HDR_OFFERED]++;
		tally.attempts[2]++;
	}
	settle();
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		struct list l;
		if (!c->syns) error_of(c, "no SYN");
		while (!fuzzed(c, SYN | ACK, &l, true)) ;
		c->next++;
		c->completes = true;
		expect_connected(c, &l);
	}
	settle();
}

static void say_something(struct connection *c)
{
	static const char text[500];
	if (percent(30) && write(c->fd, text, 1 + below(sizeof text)) < 0)
		error_of(c, "write: %s", strerror(errno));
}

/* A reset ends it all; before that, in two of three, a FIN of either end and more segments. */
static void end_all(void)
{
	int how[BATCH];
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		struct list l;
		how[i] = c->fd < 0 ? 0 : below(3);
		if (how[i] != 1) continue;
		while (!fuzzed(c, FIN | ACK, &l, false)) ;
		expect_segment(c, &l);
		c->next++;
	}
	settle();
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		if (c->fd < 0) continue;
		drain(c);
		if (how[i]) close(c->fd);
	}
	settle();
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		if (!how[i]) continue;
		c->heard -= c->fins > 0; /* the kernel's FIN isn't acknowledged yet */
		for (int more = below(4); more > 0; more--) fuzz_segment(c, true);
		c->heard += c->fins > 0;
	}
	settle();
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		if (c->resets && c->fd >= 0) error_of(c, "reset by the kernel");
		send_from(c, RST | ACK, c->next, &no_options, 0, INTACT);
	}
	settle();
	for (int i = 0; i < connection_count; i++) {
		struct connection *c = &connections[i];
		if (c->fd < 0 || how[i]) continue;
		u8 byte;
		if (recv(c->fd, &byte, 1, 0) >= 0 || errno != ECONNRESET) {
			error_of(c, "not reset: %s", strerror(errno));
		}
		close(c->fd);
	}
}

static void batch(int sort) /* 0 inbound, 1 inbound with cookies, 2 outbound */
{
	write_to("/proc/sys/net/ipv4/tcp_syncookies", sort == 1 ? "2" : "1");
	first_number += connection_count;
	connection_count = BATCH;
	for (int i = 0; i < BATCH; i++) {
		struct connection *c = &connections[i];
		*c = (struct connection){ .v6 = percent(40), .active = sort == 2, .cookie = sort == 1,
					  .number = first_number + i, .next = draw(), .fd = -1,
					  .kernel_port = LISTENER };
		c->port = 1024 + c->number % 60000;
	}
	if (sort == 2) open_outbound();
	else open_inbound();
	for (int i = 0; i < BATCH; i++) {
		struct connection *c = &connections[i];
		if (!c->completes) continue;
		if (c->fd < 0) {
			error_of(c, "not established");
			continue;
		}
		tally.accepted += !c->active;
		say_something(c);
	}
	settle();
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < BATCH; i++) {
			struct connection *c = &connections[i];
			if (c->fd < 0) continue;
			for (int more = below(6); more > 0; more--) fuzz_segment(c, false);
		}
		settle();
	}
	end_all();
}

/* Whether the kernel drops a segment with these options. */
static bool drops(struct list l)
{
	connection_count = 1;
	struct connection *c = &connections[0];
	*c = (struct connection){ .number = first_number, .next = 1, .port = 4000, .fd = -1,
				  .kernel_port = LISTENER };
	send_from(c, SYN, c->next++, &no_options, 0, INTACT);
	settle();
	send_from(c, ACK, c->next, &no_options, 0, INTACT);
	settle();
	accept_on(listener4);
	send_from(c, ACK, c->next, &l, 1, INTACT);
	settle();
	u8 byte;
	bool dropped = recv(c->fd, &byte, 1, 0) < 0;
	c->next += !dropped;
	send_from(c, RST | ACK, c->next, &no_options, 0, INTACT);
	settle();
	close(c->fd);
	tally.accepted++;
	first_number++;
	return dropped;
}

static void open_wire(const char *device)
{
	int size = 64 << 20, on = 1;
	must(wire = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), "socket");
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = if_nametoindex(device) };
	must(setsockopt(wire, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size), "SO_RCVBUFFORCE");
	must(setsockopt(wire, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size), "SO_SNDBUFFORCE");
	must(setsockopt(wire, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on), "ignore outgoing");
	must(bind(wire, (void *)&a, sizeof a), device);
}

static void parse_mac(const char *text, u8 mac[6])
{
	for (int i = 0; i < 6; i++) mac[i] = strtoul(text + 3 * i, NULL, 16);
}

static void print_counters(const u64 *counters)
{
	static const char *const by_option[] = { "telemetry", "identity", "delayedACK", "userTimeout",
						 "raw1", "raw2", "raw3", "raw4" };
	static const char *const others[] = { "offered", "negotiated", "unanswered", "fallbacks",
					      "refused", "abandoned", "resent", "unknownVersion",
					      "malformed" };
	_Static_assert(TT_HDR_OFFERED + sizeof others / sizeof *others == TT_HDR_COUNTER_COUNT, "names");
	static const char *const kinds[] = { "sent", "received", "skipped" };
	for (int i = 0; i < TT_HDR_OFFERED; i++)
		printf("%s\"%s.%s\": %llu", i ? ", " : "", kinds[i / TT_HDR_COUNT],
		       by_option[i % TT_HDR_COUNT], counters[i]);
	for (int i = TT_HDR_OFFERED; i < TT_HDR_COUNTER_COUNT; i++)
		printf(", \"%s\": %llu", others[i - TT_HDR_OFFERED], counters[i]);
}

static int fuzz(char **argv, int options)
{
	u64 packets = strtoull(argv[8], NULL, 10);
	stay_on(argv[6]);
	chance_state = strtoull(argv[7], NULL, 10);
	for (int i = 9; i < options; i++) {
		const char *value = strchr(argv[i], '=');
		if (!strcmp(argv[i], "telemetry")) profile.telemetry = true;
		else if (!strcmp(argv[i], "delayed-ack")) profile.delayed_ack = true;
		else if (!strcmp(argv[i], "user-timeout")) profile.user_timeout = true;
		else if (value && profile.raws < TT_MAX_RAW) {
			u16 number = strtoul(value + 1, NULL, 0);
			bool exid = !strncmp(argv[i], "exid", 4);
			profile.raw[profile.raws].kind = exid ? EXPERIMENT : number;
			profile.raw[profile.raws++].exid = exid ? number : 0;
		}
	}
	enter_netns(argv[2]);
	open_wire(argv[3]);
	enter_cgroup(argv[0]);
	enter_netns(argv[1]);
	parse_mac(argv[4], kernel_mac);
	parse_mac(argv[5], peer_mac);
	listener4 = listen_on("10.97.0.1", AF_INET);
	listener6 = listen_on("fd97::1", AF_INET6);
	checks_signatures = drops((struct list){ 20, { 99, 0 } });
	checks_ao = drops((struct list){ 16, { AO, 16 } });

	double start = seconds();
	for (int sort = 0; tally.packets < packets; sort = (sort + 1) % 3) batch(sort);
	double took = seconds() - start;

	struct tpacket_stats lost = { 0 };
	socklen_t size = sizeof lost;
	getsockopt(wire, SOL_PACKET, PACKET_STATISTICS, &lost, &size);
	if (lost.tp_drops) error_of(NULL, "%u of the kernel's packets not seen", lost.tp_drops);
	printf("{\"packets\": %llu, \"seconds\": %.1f, \"droppedByKernel\": %llu, \"segmentsTaken\": %llu, ",
	       tally.packets, took, tally.dropped_by_kernel,
	       tally.taken);
	printf("\"syns\": %llu, \"cookieSYNs\": %llu, \"connects\": %llu, \"accepted\": %llu, ",
	       tally.attempts[0], tally.attempts[1],
	       tally.attempts[2], tally.accepted);
	printf("\"bytes\": %llu, \"checksSignatures\": %s, \"errors\": %d, \"counters\": {",
	       tally.received_bytes, checks_signatures ? "true" : "false", errors);
	print_counters(expected);
	puts("}}");
	return 0;
}

/* ---- good connections */

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
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(LISTENER + 1) };
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

static int good(char **argv)
{
	u64 count = 0, failed = 0, bytes = 0;
	pthread_t server;
	char byte;
	enter_cgroup(argv[0]);
	server_netns = argv[1];
	stay_on(argv[3]);
	chance_state = strtoull(argv[4], NULL, 10);
	must(pipe(ready), "pipe");
	if (pthread_create(&server, NULL, serve, NULL)) fail("pthread_create");
	must(read(ready[0], &byte, 1), "pipe");
	enter_netns(argv[2]);
	while (!poll(&(struct pollfd){ .fd = 0, .events = POLLIN }, 1, 2)) {
		struct timeval limit = { .tv_sec = 30 };
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(LISTENER + 1),
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

/* ---- tcptune's maps */

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
	signal(SIGPIPE, SIG_IGN);
	if (argc >= 11 && !strcmp(argv[1], "fuzz")) return fuzz(argv + 2, argc - 2);
	if (argc == 7 && !strcmp(argv[1], "good")) return good(argv + 2);
	if (argc == 2 && !strcmp(argv[1], "attachments")) return list_attachments();
	if (argc == 3 && !strcmp(argv[1], "counters")) return counters(strtoull(argv[2], NULL, 10));
	fputs("usage: see the head of fuzz-options.c\n", stderr);
	return 2;
}
