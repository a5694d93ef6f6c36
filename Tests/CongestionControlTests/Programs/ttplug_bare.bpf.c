// SPDX-License-Identifier: GPL-2.0
/* The same controller in a version without parameters. */
#include "callbacks.h"

TCPTUNE_CONTROLLER(ttplug, CALLBACKS);
