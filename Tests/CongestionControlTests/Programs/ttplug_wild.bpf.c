// SPDX-License-Identifier: GPL-2.0
/* The same controller in a version that the verifier refuses. */
#include "callbacks.h"

TCPTUNE_CALLBACK(void, test_wild, struct sock *sk)
{
	*(volatile u64 *)sk = 0;
}

TCPTUNE_CONTROLLER(ttplug, CALLBACKS, .init = (void *)test_wild);
