// SPDX-License-Identifier: GPL-2.0
/* Named as one of tcptune's. */
#include "callbacks.h"

TCPTUNE_CONTROLLER(tt_cubic, CALLBACKS);
