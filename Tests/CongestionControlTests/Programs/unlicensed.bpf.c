// SPDX-License-Identifier: GPL-2.0
/* No license. */
#include "callbacks.h"

CONTROLLER(unlicensed, CALLBACKS, .name = "unlicensed");
