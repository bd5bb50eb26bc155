/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agents that the server has seen: GET /hosts. */
#ifndef RUNWAY_CLI_HOST_H
#define RUNWAY_CLI_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct host {
	int64_t id;
	char *agent;
	char *capabilities;	      /* with commas between */
	char *first_seen, *last_seen; /* NULL: not given */
};

struct host_page {
	struct host *hosts;
	size_t count;
	int64_t next; /* 0: no further page */
};

int host_page_decode(const char *data, size_t bytes, struct host_page *ret_page, struct err *err);
void host_page_release(struct host_page *page);

#endif
