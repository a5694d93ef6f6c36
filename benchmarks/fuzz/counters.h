// SPDX-License-Identifier: Apache-2.0
/* The counters of header options as JSON, by name. */
#ifndef FUZZ_COUNTERS_H
#define FUZZ_COUNTERS_H

#include "common.h"

static inline void print_counters(const u64 *counters)
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

#endif
