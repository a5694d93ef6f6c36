#pragma once

#include "cshim_host.h"
#include "cshim_libbpf.h"
#include "cshim_tun.h"
#include "cshim_socket.h"
