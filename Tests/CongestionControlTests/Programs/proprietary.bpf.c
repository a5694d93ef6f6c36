// SPDX-License-Identifier: GPL-2.0
/* A license that the kernel doesn't take. */
#include "callbacks.h"

LICENSE("Proprietary");
CONTROLLER(proprietary, CALLBACKS, .name = "proprietary");
