// SPDX-License-Identifier: Apache-2.0
/* What has to come of a segment, by docs/header-options.md and what the kernel does before: written
 * for this, and not after the BPF programs. */
#ifndef FUZZ_RULES_H
#define FUZZ_RULES_H

#include "lists.h"

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
	bool v6, active, cookie, completes, hello_in_syn, fell_back, answered, telemetry, named;
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

/* A second one adds what the first left out. */
static void expect_greeting(struct connection *c, const u8 *hello)
{
	if (hello[5] & SAYS_TELEMETRY) c->telemetry = profile.telemetry;
	if (hello[5] & SAYS_IDENTITY && !c->named) {
		const u8 *identity = hello + hello[1] - 8;
		c->named = memcmp(identity, (u8[8]){ 0 }, 8);
		expected[TT_HDR_RECEIVED + TT_HDR_IDENTITY]++;
	}
	if (c->answered) return;
	c->answered = true;
	expected[TT_HDR_NEGOTIATED]++;
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

/* True: there is one, right or wrong. */
static bool expect_user_timeout(const struct list *l)
{
	const u8 *o = profile.user_timeout ? find(l, USER_TIMEOUT, 0) : NULL;
	bool right = o && o[1] == 4 && (o[2] & 0x7f || o[3]);
	if (o) expected[right ? TT_HDR_RECEIVED + TT_HDR_USER_TIMEOUT : TT_HDR_MALFORMED]++;
	return o;
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
	expect_raws(raws_in(syn));
	if (!expect_user_timeout(syn)) expect_user_timeout(ack);
}

static void expect_connected(struct connection *c, const struct list *synack)
{
	bool answered = expect_hello(c, synack);
	u8 raws = raws_in(synack);
	expect_raws(raws);
	expect_user_timeout(synack);
	if (!answered && !raws && !c->fell_back) expected[TT_HDR_UNANSWERED]++;
}

static void expect_segment(struct connection *c, const struct list *l)
{
	const u8 *o;
	int type = own_type(l, &o);
	if (type == TELEMETRY_TYPE && c->answered && profile.telemetry) {
		c->telemetry = true; /* who sends it takes it */
		expected[TT_HDR_RECEIVED + TT_HDR_TELEMETRY]++;
	}
	if (type == HELLO_TYPE) expect_greeting(c, o);
	expect_raws(raws_in(l));
	expect_user_timeout(l);
	tally.taken++;
}

#endif
