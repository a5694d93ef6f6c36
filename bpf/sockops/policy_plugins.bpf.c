// SPDX-License-Identifier: GPL-2.0
/* The policy of profiles with plug-ins among their header options. */
#define WITH_HEADER_OPTIONS
#define WITH_PLUGINS
#include "policy.h"
