// SPDX-License-Identifier: Apache-2.0
/* The peer's end of the wire: packets made by hand, and what the kernel answers. */
#ifndef FUZZ_WIRE_H
#define FUZZ_WIRE_H

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stdarg.h>

#include "rules.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, ECE = 64, CWR = 128 };

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

#endif
