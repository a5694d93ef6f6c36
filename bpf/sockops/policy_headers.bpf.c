// SPDX-License-Identifier: GPL-2.0
/* The policy of profiles with header options. */
#define WITH_HEADER_OPTIONS
#include "policy.h"
