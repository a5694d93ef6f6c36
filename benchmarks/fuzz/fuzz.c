// SPDX-License-Identifier: Apache-2.0
/* The packets behind benchmarks/fuzz-options.
 *
 *   fuzz CGROUP NETNS PEER-NETNS PEER-DEVICE KERNEL-MAC PEER-MAC CPU SEED PACKETS [OPTION...]
 *
 * Both ends of every connection: sockets in CGROUP and NETNS are the kernel's; the peer is made by
 * hand, packet by packet, at addresses that no kernel owns, so that no reset gets in the way. It knows
 * from the bytes what has to come of each segment (rules.h), and prints what the counters have to be.
 * The OPTIONs are the profile's: telemetry, delayed-ack, user-timeout, exid=N and kind=N, the last two
 * in the profile's order.
 */
#include "counters.h"
#include "wire.h"

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
		if (recv(c->fd, &byte, 1, 0) >= 0 || errno != ECONNRESET)
			error_of(c, "not reset: %s", strerror(errno));
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

int main(int argc, char **argv)
{
	if (argc < 10) {
		fputs("usage: see the head of fuzz.c\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	u64 packets = strtoull(argv[9], NULL, 10);
	stay_on(argv[7]);
	chance_state = strtoull(argv[8], NULL, 10);
	for (int i = 10; i < argc; i++) {
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
	enter_netns(argv[3]);
	open_wire(argv[4]);
	enter_cgroup(argv[1]);
	enter_netns(argv[2]);
	parse_mac(argv[5], kernel_mac);
	parse_mac(argv[6], peer_mac);
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
