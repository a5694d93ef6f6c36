#pragma once

#include "cshim_host.h"
