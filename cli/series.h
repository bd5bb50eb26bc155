/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A series as the server stored it: POST and GET /series. */
#ifndef RUNWAY_CLI_SERIES_H
#define RUNWAY_CLI_SERIES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/err.h"

struct series {
	int64_t id;
	char *name;
	char *sender_flag;    /* NULL: none was named */
	char *version;	      /* NULL: not given */
	char *expects;	      /* with commas between */
	char *created, *mbox; /* NULL: not told; mbox: its SHA-256 */
	int64_t mbox_bytes;
	size_t patch_count;
	char **subjects; /* patch_count of them */
};

struct series_page {
	struct series *series;
	size_t count;
	int64_t next; /* 0: no further page */
};

int series_decode(const char *data, size_t bytes, struct series *ret_series, struct err *err);
void series_release(struct series *series);
int series_page_decode(const char *data, size_t bytes, struct series_page *ret_page,
		       struct err *err);
void series_page_release(struct series_page *page);

/* Its name and the subjects of its patches. */
void series_print(const struct series *series, FILE *out);

#endif
