/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What agents have and what waits: GET /queue. */
#ifndef RUNWAY_CLI_QUEUE_H
#define RUNWAY_CLI_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/screen.h"
#include "lib/err.h"

struct queue_task {
	int64_t task, position, loads; /* position 0: an agent has it */
	int64_t campaign;	       /* 0: it is of none, as a fetch */
	char *kind, *capability;
	char *variant, *isa, *lane, *phase; /* NULL: none */
	double starts_s, lasts_s;	    /* starts_s NAN: nobody can do it */
};

struct queue {
	struct queue_task *tasks;
	size_t count;
	bool more; /* there are more than were told */
};

int queue_decode(const char *data, size_t bytes, struct queue *ret_queue, struct err *err);
void queue_release(struct queue *queue);
void queue_print(const struct queue *queue, const struct screen *screen);

#endif
