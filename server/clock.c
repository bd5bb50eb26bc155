// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/clock.h"

#include <stdio.h>
#include <time.h>

int64_t clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_format(int64_t ms, char ret_text[CLOCK_TEXT_BYTES])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm calendar;
	size_t used;

	gmtime_r(&seconds, &calendar);
	used = strftime(ret_text, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &calendar);
	snprintf(ret_text + used, CLOCK_TEXT_BYTES - used, ".%03dZ", (int)(ms % 1000));
}
