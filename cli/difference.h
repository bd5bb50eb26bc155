/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By which functions two variants' exit paths differ.
 *
 *	CLEANUP(difference_release) struct difference difference = { 0 };
 *	rc = difference_decode(body.data, body.length, &difference, err);
 *	difference_print(&difference, NULL, false, &context->screen);
 */
#ifndef RUNWAY_CLI_DIFFERENCE_H
#define RUNWAY_CLI_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

/* Instructions on one part of the path of one exit kind. */
struct difference_row {
	char *kind, *part;
	char *module, *function;  /* NULL: a total */
	int64_t variant, against; /* -1: not there */
	int64_t difference;
};

struct difference {
	int64_t campaign;
	char *variant, *against;
	char *isa; /* NULL: not given */
	struct difference_row *totals;
	size_t total_count;
	struct difference_row *functions;
	size_t function_count;
};

int difference_decode(const char *data, size_t bytes, struct difference *ret_difference,
		      struct err *err);
void difference_release(struct difference *difference);

/* kind: only exits of that kind, NULL: all; all: also functions that do not differ. */
void difference_print(const struct difference *difference, const char *kind, bool all,
		      const struct screen *screen);

#endif
