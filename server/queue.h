/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waits for agents and what they have, in the order in which it is given out.
 *
 *	CLEANUP(queue_release) struct queue queue = { 0 };
 *	queue_read(conn, now_ms, &queue);
 *	queue.entries[0].starts_s	// NaN: no agent that can do it was seen lately
 *
 * Agents take what they can do: there is one line for each capability, and positions are in it. The
 * order is that of campaigns by their priority and age.
 */
#ifndef RUNWAY_SERVER_QUEUE_H
#define RUNWAY_SERVER_QUEUE_H

#include "server/db.h"

#define QUEUE_MAX 1000

struct queue_entry {
	int64_t task, campaign, loads, created_ms, started_ms;
	bool leased;
	int64_t position; /* 1: the next of its capability; 0: an agent has it */
	double starts_s;  /* from now */
	double lasts_s;	  /* as expected for what is left of it */
	char *kind, *capability, *isa, *lane, *variant, *phase;
	char *labels; /* that its agent must have; "": none */
};

struct queue {
	struct queue_entry *entries; /* what agents have first */
	size_t count, capacity;
	bool more; /* past QUEUE_MAX */
};

void queue_read(struct db_conn *conn, int64_t now_ms, struct queue *ret_queue);
void queue_release(struct queue *queue);

#endif
