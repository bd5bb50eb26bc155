/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wall-clock times as the database and the API have them. Leases use it too: their end must survive
 * a restart of the server, which CLOCK_MONOTONIC need not.
 *
 *	char text[CLOCK_TEXT_BYTES];
 *	clock_format(clock_now_ms(), text);	// "2024-05-01T10:00:00.123Z"
 */
#ifndef RUNWAY_SERVER_CLOCK_H
#define RUNWAY_SERVER_CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_BYTES 48

int64_t clock_now_ms(void); /* since 1970, UTC */
void clock_format(int64_t ms, char ret_text[CLOCK_TEXT_BYTES]);

#endif
