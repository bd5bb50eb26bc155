// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/queue.h"

#include <math.h>

#include "cli/commands.h"
#include "cli/fetch.h"
#include "cli/table.h"
#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* "build of fix", "3 loads on svm, exact". */
static char *describe(const struct queue_task *task)
{
	if (!task->lane)
		return xasprintf("%s%s%s", task->kind, task->variant ? " of " : "",
				 task->variant ? task->variant : "");
	return xasprintf("%lld load%s, %s %s", (long long)task->loads, task->loads == 1 ? "" : "s",
			 task->isa ? task->isa : "", task->lane);
}

static char *place(const struct queue_task *task)
{
	if (!task->position)
		return xasprintf("running%s%s", task->phase ? ", " : "",
				 task->phase ? task->phase : "");
	return xasprintf("%lld", (long long)task->position);
}

static char *starts(const struct queue_task *task)
{
	CLEANUP(free_ptr) char *wait = NULL;

	if (!task->position)
		return xstrdup("");
	if (isnan(task->starts_s))
		return xstrdup("no agent");
	wait = text_duration(task->starts_s);
	return xasprintf("in %s", wait);
}

void queue_print(const struct queue *queue, const struct screen *screen)
{
	static const struct table_column columns[] = {
		{ "place", TABLE_LEFT, false },	       { "task", TABLE_RIGHT, false },
		{ "campaign", TABLE_RIGHT, false },    { "what", TABLE_LEFT, true },
		{ "needs", TABLE_LEFT, false },	       { "starts", TABLE_RIGHT, false },
		{ "takes about", TABLE_RIGHT, false },
	};
	CLEANUP(table_release) struct table table = TABLE_INIT(columns);

	for (size_t i = 0; i < queue->count; i++) {
		const struct queue_task *task = &queue->tasks[i];

		table_row(&table, task->position ? STYLE_PLAIN : STYLE_GOOD);
		table_cell(&table, place(task));
		table_cell(&table, xasprintf("%lld", (long long)task->task));
		table_cell(&table, task->campaign ? xasprintf("%lld", (long long)task->campaign)
						  : xstrdup("-"));
		table_cell(&table, describe(task));
		table_cell(&table, xstrdup(task->capability));
		table_cell(&table, starts(task));
		table_cell(&table, text_duration(task->lasts_s));
	}
	if (queue->count)
		table_print(&table, screen);
	else
		fputs("Nothing waits and nothing runs.\n", screen->out);
	if (queue->more)
		fputs("There is more; these come first.\n", screen->out);
}

static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(queue_release) struct queue queue = { 0 };
	int rc = options_parse(context, argc, argv, NULL, NULL, err);

	if (rc <= 0 || (rc = fetch(context, &body, err, "/queue")) <= 0 ||
	    (rc = queue_decode(body.data, body.length, &queue, err)) < 0)
		return rc;
	if (context->quiet)
		for (size_t i = 0; i < queue.count; i++)
			fprintf(context->screen.out, "%lld\n", (long long)queue.tasks[i].task);
	else
		queue_print(&queue, &context->screen);
	return EXIT_WORKED;
}

const struct command command_queue = {
	.name = "queue",
	.summary = "Print what agents are at, and what waits in which order",
	.text = "A place is counted within what is needed: build, bench-svm, bench-vmx. When it "
		"starts is what past work says; \"no agent\": nobody who could do it was seen in "
		"the last 90 s. A branch is fetched for no campaign in particular.",
	.run = run,
};
