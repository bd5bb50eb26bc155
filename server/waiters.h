/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long-polls: requests that are suspended, holding no thread, until there is work or time is up.
 *
 *	waiters_add(waiters, &request->waiter);		// after suspending its connection
 *	waiters_wake(waiters, "build", "", 2);	// resumes the two that wait longest
 *
 * A waiter belongs to its request; it is off the list before its connection is resumed.
 */
#ifndef RUNWAY_SERVER_WAITERS_H
#define RUNWAY_SERVER_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/check.h"

struct MHD_Connection;
struct waiters;

struct waiter {
	struct waiter *next, *previous;
	struct MHD_Connection *connection;
	char capabilities[512];
	char labels[LABELS_BYTES];
	int64_t deadline_ms; /* CLOCK_MONOTONIC */
};

struct waiters *waiters_new(void);
void waiters_free(struct waiters *waiters);

void waiters_add(struct waiters *waiters, struct waiter *waiter);
bool waiters_any(struct waiters *waiters);
/* labels: what they need to have. */
void waiters_wake(struct waiters *waiters, const char *capability, const char *labels,
		  size_t count);
void waiters_wake_late(struct waiters *waiters, int64_t now_ms);
/* Wakes all, and from now on at once whoever is added: who is woken must not wait again. */
void waiters_close(struct waiters *waiters);
bool waiters_closed(struct waiters *waiters);

#endif
