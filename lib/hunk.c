// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/hunk.h"

#include <stdio.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

#define HEADER_MAX_BYTES 80 /* of what is read of it; the function's name may follow */

/* "@@ -a,b +c,d @@": a count left out is 1. */
bool hunk_begin(struct hunk *hunk, const char *line, size_t length)
{
	unsigned long start;
	size_t old = 1, new = 1;
	int used = 0;
	CLEANUP(free_ptr)
	char *copy = xstrndup(line, length < HEADER_MAX_BYTES ? length : HEADER_MAX_BYTES);
	const char *at = copy;

	if (sscanf(at, "@@ -%9lu%n", &start, &used) != 1)
		return false;
	at += used;
	if (*at == ',' && sscanf(at, ",%9zu%n", &old, &used) == 1)
		at += used;
	if (sscanf(at, " +%9lu%n", &start, &used) != 1)
		return false;
	at += used;
	if (*at == ',' && sscanf(at, ",%9zu%n", &new, &used) == 1)
		at += used;
	if (strncmp(at, " @@", 3) != 0)
		return false;
	*hunk = (struct hunk){ old, new };
	return true;
}

bool hunk_is_open(const struct hunk *hunk)
{
	return hunk->old || hunk->new;
}

void hunk_take(struct hunk *hunk, const char *line)
{
	switch (*line) {
	case '+':
		hunk->new -= hunk->new > 0;
		break;
	case '-':
		hunk->old -= hunk->old > 0;
		break;
	case '\\':
		break;
	default:
		hunk->old -= hunk->old > 0;
		hunk->new -= hunk->new > 0;
	}
}
