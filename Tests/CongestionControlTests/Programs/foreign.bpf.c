// SPDX-License-Identifier: GPL-2.0
/* A program that isn't a controller's. */
#include "callbacks.h"

SEC("socket")
int other(void *ctx)
{
	return 0;
}

TCPTUNE_CONTROLLER(foreign, CALLBACKS);
