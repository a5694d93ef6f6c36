// SPDX-License-Identifier: GPL-2.0
/* No controller. */
#include <tcptune/cc.h>

char _license[] SEC("license") = "GPL";
