// SPDX-License-Identifier: GPL-2.0
/* Somebody else's program: it takes every callback away that others have asked for. */
#include <linux/bpf.h>

static long (*bpf_sock_ops_cb_flags_set)(struct bpf_sock_ops *, int) = (void *)59;

__attribute__((section("sockops"), used)) int clobber(struct bpf_sock_ops *operation)
{
	bpf_sock_ops_cb_flags_set(operation, 0);
	return 1;
}

char _license[] __attribute__((section("license"), used)) = "GPL";
