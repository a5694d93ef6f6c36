/* SPDX-License-Identifier: GPL-2.0 */
/* What a profile collects, and the callbacks that it takes. */
#ifndef TCPTUNE_CALLBACKS_H
#define TCPTUNE_CALLBACKS_H

#include "callback_flags.h"

const volatile u32 collect; /* tt_collect */

static __always_inline int callbacks(void)
{
	return collect ? OUR_CALLBACKS : 0;
}

#endif
