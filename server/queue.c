// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/queue.h"

#include <math.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/campaign.h"

/* Capabilities, and labels that are asked for, are few; what is past these shares the last line. */
#define LINES_MAX 32

struct line {
	char capability[64], labels[LABELS_BYTES];
	int64_t agents; /* seen lately */
	int64_t waiting;
	double ahead_s; /* work before the next entry, of one agent */
};

static struct line *line_of(struct db_conn *conn, struct line *lines, size_t *count,
			    const char *capability, const char *labels, int64_t now_ms)
{
	for (size_t i = 0; i < *count; i++)
		if ((!strcmp(lines[i].capability, capability) &&
		     !strcmp(lines[i].labels, labels)) ||
		    i == LINES_MAX - 1)
			return &lines[i];
	snprintf(lines[*count].capability, sizeof(lines[*count].capability), "%s", capability);
	snprintf(lines[*count].labels, sizeof(lines[*count].labels), "%s", labels);
	lines[*count].agents = db_value(conn, 0, SQL_HOST_LIVE, db_text(capability),
					db_int(now_ms - CAMPAIGN_AGENT_LIVE_MS), db_text(labels));
	return &lines[(*count)++];
}

static double expected_s(struct db_conn *conn, const struct queue_entry *entry, int64_t now_ms)
{
	double whole_s, spent_s;

	if (entry->lane)
		return (double)entry->loads * estimate_load_ms(conn, entry->lane, entry->isa) /
		       1000;
	whole_s =
		(strcmp(entry->kind, "fetch") ? estimate_build_ms(conn) : estimate_fetch_ms(conn)) /
		1000;
	spent_s = entry->leased ? (double)(now_ms - entry->started_ms) / 1000 : 0;
	return spent_s < whole_s ? whole_s - spent_s : 0;
}

static void read_entries(struct db_conn *conn, struct queue *queue)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_QUEUE_LIST, db_int(QUEUE_MAX + 1));

	while (rows_next(&rows)) {
		if (queue->count == QUEUE_MAX) {
			queue->more = true;
			return;
		}
		ARRAY_GROW(queue->entries, queue->count, queue->capacity);
		queue->entries[queue->count++] = (struct queue_entry){
			.task = rows_int(&rows, 0),
			.kind = rows_copy(&rows, 1),
			.campaign = rows_int(&rows, 2),
			.capability = rows_copy(&rows, 3),
			.leased = !strcmp(rows_text(&rows, 4), "leased"),
			.isa = rows_copy(&rows, 5),
			.lane = rows_copy(&rows, 6),
			.variant = rows_copy(&rows, 7),
			.phase = rows_copy(&rows, 8),
			.created_ms = rows_int(&rows, 9),
			.started_ms = rows_int(&rows, 10),
			.loads = rows_int(&rows, 11),
			.labels = rows_copy(&rows, 12),
		};
	}
}

void queue_read(struct db_conn *conn, int64_t now_ms, struct queue *ret_queue)
{
	struct line lines[LINES_MAX] = { 0 };
	struct queue queue = { 0 };
	size_t count = 0;

	read_entries(conn, &queue);
	for (size_t i = 0; i < queue.count; i++) {
		struct queue_entry *entry = &queue.entries[i];
		struct line *line = line_of(conn, lines, &count, entry->capability, "", now_ms);
		int64_t agents =
			line_of(conn, lines, &count, entry->capability, entry->labels, now_ms)
				->agents;

		entry->lasts_s = expected_s(conn, entry, now_ms);
		if (!entry->leased) {
			entry->position = ++line->waiting;
			/* As if the work ahead could all go to any of these. */
			entry->starts_s = agents ? line->ahead_s / (double)agents : NAN;
		}
		line->ahead_s += entry->lasts_s;
	}
	*ret_queue = queue;
}

void queue_release(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++) {
		struct queue_entry *entry = &queue->entries[i];

		free(entry->kind);
		free(entry->capability);
		free(entry->isa);
		free(entry->lane);
		free(entry->variant);
		free(entry->phase);
		free(entry->labels);
	}
	free(queue->entries);
	*queue = (struct queue){ 0 };
}
