// SPDX-License-Identifier: Apache-2.0
/* Lists of TCP options, right and wrong in every way. */
#ifndef FUZZ_LISTS_H
#define FUZZ_LISTS_H

#include "common.h"

enum { TELEMETRY = 20, TIMESTAMPS = 8, MD5 = 19, USER_TIMEOUT = 28, AO = 29, EXPERIMENT = 254 };
enum { EXID = 0x7474, VERSION = 1, HELLO_TYPE = 1, TELEMETRY_TYPE = 2 };
enum { SAYS_TELEMETRY = 1, SAYS_ACK_DELAY = 2, SAYS_IDENTITY = 4 };

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

#endif
