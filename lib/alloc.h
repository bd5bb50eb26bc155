/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation that aborts instead of failing: a daemon out of memory is restarted, and nothing that
 * was acknowledged is lost by that. Never for sizes taken from input; those are bounded first.
 */
#ifndef RUNWAY_LIB_ALLOC_H
#define RUNWAY_LIB_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t bytes);
void *xcalloc(size_t count, size_t bytes);
void *xreallocarray(void *pointer, size_t count, size_t bytes);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t bytes);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Grows an array for one more element: ARRAY_GROW(items, count, capacity). */
#define ARRAY_GROW(items, count, capacity)                                                         \
	do {                                                                                       \
		if ((count) == (capacity)) {                                                       \
			(capacity) = (capacity) ? 2 * (capacity) : 8;                              \
			(items) = xreallocarray((items), (capacity), sizeof(*(items)));            \
		}                                                                                  \
	} while (0)

#endif
