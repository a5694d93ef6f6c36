// SPDX-License-Identifier: GPL-2.0
/* The policy of profiles without header options. */
#include "policy.h"
