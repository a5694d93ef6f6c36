// SPDX-License-Identifier: GPL-2.0
/* The variable has another name than what it registers as. */
#include "callbacks.h"

LICENSE("GPL");
CONTROLLER(misnamed, CALLBACKS, .name = "tt_misnamed");
