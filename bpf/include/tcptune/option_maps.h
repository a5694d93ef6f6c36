/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The maps that a profile's program and the plug-ins' options that it calls have in common; after
 * tcptune_abi.h or option_abi.h.
 */
#ifndef TCPTUNE_OPTION_MAPS_H
#define TCPTUNE_OPTION_MAPS_H

#include <tcptune/uapi.h>

/*
 * One program serves many cgroups: its cgroup storage says for which attachment it is running. The
 * kernel lets programs call each other only where they have the same.
 */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, u64);
	__type(value, struct tt_identity);
} identity SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tt_connection);
} connections SEC(".maps");

/* What plug-ins' options said, of connections that heard some. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tt_option_values);
} option_values SEC(".maps");

#endif
