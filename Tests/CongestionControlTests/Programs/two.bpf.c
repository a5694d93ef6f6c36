// SPDX-License-Identifier: GPL-2.0
/* Two controllers. */
#include "callbacks.h"

LICENSE("GPL");
CONTROLLER(two, CALLBACKS, .name = "two");
CONTROLLER(three, CALLBACKS, .name = "three");
