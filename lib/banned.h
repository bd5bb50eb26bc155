/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Force-included everywhere: functions that cannot be used safely are compile errors here. */
#ifndef RUNWAY_LIB_BANNED_H
#define RUNWAY_LIB_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison system popen tmpnam tempnam mktemp atoi atol atoll asctime gmtime localtime

#endif
