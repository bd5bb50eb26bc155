/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A series as the server stored it: the answer to POST /series. */
#ifndef RUNWAY_CLI_SERIES_H
#define RUNWAY_CLI_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct series {
	int64_t id;
	char *name;
	char *sender_flag; /* NULL: none was named */
	char *version;	   /* NULL: not given */
	size_t patch_count;
	char **subjects; /* patch_count of them */
};

int series_decode(const char *data, size_t bytes, struct series *ret_series, struct err *err);
void series_release(struct series *series);

#endif
