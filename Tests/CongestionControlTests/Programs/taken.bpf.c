// SPDX-License-Identifier: GPL-2.0
/* Named as one of Linux's. */
#include "callbacks.h"

TCPTUNE_CONTROLLER(westwood, CALLBACKS);
