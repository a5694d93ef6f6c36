// SPDX-License-Identifier: GPL-2.0
/* A name of 16 characters, and no NUL. */
#include "callbacks.h"

LICENSE("GPL");
CONTROLLER(sixteen, CALLBACKS,
	   .name = { 's', 'i', 'x', 't', 'e', 'e', 'n', '_', 'l', 'e', 't', 't', 'e', 'r', 's', '_' });
