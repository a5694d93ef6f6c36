/* SwiftPM wants a source file in a C target. */
#include "tcptune_abi.h"
