// SPDX-License-Identifier: GPL-2.0
/* A parameter without a range. */
#include "callbacks.h"

const volatile u32 gain TAG("param:range=LOW..HIGH") TAG("param:doc=A gain") = 1;
TCPTUNE_CONTROLLER(unranged, CALLBACKS);
