// SPDX-License-Identifier: GPL-2.0
/* A map that loading would pin. */
#include "callbacks.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} numbers SEC(".maps");

TCPTUNE_CONTROLLER(pinned, CALLBACKS);
