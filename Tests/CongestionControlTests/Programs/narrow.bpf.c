// SPDX-License-Identifier: GPL-2.0
/* A parameter whose type can't hold its range. */
#include "callbacks.h"

TCPTUNE_PARAMETER(u8, gain, 1, 0, 1000, "A gain");
TCPTUNE_CONTROLLER(narrow, CALLBACKS);
