#pragma once
#include "cshim_libbpf.h"
