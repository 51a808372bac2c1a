#ifndef EXECUTION_SERVICE_CZLIB_SHIM_H
#define EXECUTION_SERVICE_CZLIB_SHIM_H

#include <zlib.h>

#endif
