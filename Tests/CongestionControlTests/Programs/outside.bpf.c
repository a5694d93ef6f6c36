// SPDX-License-Identifier: GPL-2.0
/* A parameter whose default is out of its range. */
#include "callbacks.h"

const volatile u32 gain TAG("param:range=10..20") TAG("param:doc=A gain") = 21;
TCPTUNE_CONTROLLER(outside, CALLBACKS);
