// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "cli/json_read.h"
#include "cli/queue.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void queue_release(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++) {
		struct queue_task *task = &queue->tasks[i];

		free(task->kind);
		free(task->capability);
		free(task->variant);
		free(task->isa);
		free(task->lane);
		free(task->phase);
	}
	free(queue->tasks);
	*queue = (struct queue){ 0 };
}

static void read_task(struct json_reader *reader, const json_t *object, struct queue_task *task)
{
	task->task = json_read_integer(reader, object, "task", JSON_NEEDED, 0);
	task->campaign = json_read_integer(reader, object, "campaign", JSON_OPTIONAL, 0);
	task->position = json_read_integer(reader, object, "position", JSON_NEEDED, 0);
	task->loads = json_read_integer(reader, object, "loads", JSON_OPTIONAL, 0);
	task->kind = json_read_text(reader, object, "kind", JSON_NEEDED);
	task->capability = json_read_text(reader, object, "capability", JSON_NEEDED);
	task->variant = json_read_text(reader, object, "variant", JSON_OPTIONAL);
	task->isa = json_read_text(reader, object, "isa", JSON_OPTIONAL);
	task->lane = json_read_text(reader, object, "lane", JSON_OPTIONAL);
	task->phase = json_read_text(reader, object, "phase", JSON_OPTIONAL);
	task->starts_s = json_read_number(reader, object, "starts_s", JSON_OPTIONAL, NAN);
	task->lasts_s = json_read_number(reader, object, "lasts_s", JSON_OPTIONAL, NAN);
}

int queue_decode(const char *data, size_t bytes, struct queue *ret_queue, struct err *err)
{
	struct json_reader reader = { .what = "queue", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(queue_release) struct queue queue = { 0 };
	const json_t *list = json_read_array(&reader, root, "queue", JSON_NEEDED);

	queue.more = json_read_bool(&reader, root, "more", JSON_OPTIONAL, false);
	queue.tasks = xcalloc(json_array_size(list) + 1, sizeof(*queue.tasks));
	for (size_t i = 0; i < json_array_size(list); i++)
		read_task(&reader, json_read_element(&reader, list, i),
			  &queue.tasks[queue.count++]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_queue = queue;
	queue = (struct queue){ 0 };
	return 0;
}
