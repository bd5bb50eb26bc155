// SPDX-License-Identifier: GPL-2.0-or-later
/* A task as an agent is told to do it: everything it needs, read in one go. */
#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "lib/workload-name.h"
#include "server/campaign.h"
#include "server/fetch.h"
#include "server/lease.h"

static void read_artifacts(struct db_conn *conn, int64_t build, const char *only,
			   struct task_artifact **ret_artifacts, size_t *ret_count)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_BUILD_ARTIFACTS, db_int(build));
	struct task_artifact *artifacts = NULL;
	size_t count = 0, capacity = 0;

	while (rows_next(&rows)) {
		if (only && strcmp(rows_text(&rows, 0), only) != 0)
			continue;
		ARRAY_GROW(artifacts, count, capacity);
		artifacts[count++] = (struct task_artifact){ .name = rows_copy(&rows, 0),
							     .sha256 = rows_copy(&rows, 1) };
	}
	*ret_artifacts = artifacts;
	*ret_count = count;
}

static void read_build(struct db_conn *conn, struct task *task)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_TASK_VARIANT, db_int(task->variant));

	if (!rows_next(&rows))
		return;
	task->base = rows_int(&rows, 1) == 0;
	task->series = rows_copy(&rows, 2);
	task->mbox = rows_copy(&rows, 3);
	task->sender_flag = rows_copy(&rows, 4);
	task->repository = rows_copy(&rows, 5);
	task->rev = rows_copy(&rows, 6);
	task->posted = list_has(rows_text(&rows, 7), "posted");
	task->preferred = rows_copy(&rows, 8);
}

static void read_workloads(struct db_conn *conn, struct task *task)
{
	CLEANUP(buf_release) struct buf names = BUF_INIT(CAMPAIGN_WORKLOADS_BYTES);
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_WISHES_FIND, db_int(task->campaign));

	if (rows_next(&rows) && *rows_text(&rows, 2))
		workload_names_in(rows_text(&rows, 2), task->lane, &names);
	task->workloads = xstrdup(names.data);
}

static void read_fetch(struct db_conn *conn, struct task *task)
{
	CLEANUP(fetch_release) struct fetch fetch = { 0 };

	if (fetch_read(conn, task->id, &fetch) < 0)
		return;
	task->series_id = fetch.series;
	task->url = TAKE(fetch.url);
	task->ref = TAKE(fetch.ref);
	task->from = TAKE(fetch.base);
	task->repository = TAKE(fetch.repository);
	task->series = TAKE(fetch.name);
}

static void read_loads(struct db_conn *conn, struct task *task)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TASK_LOADS, db_int(task->id));

	while (rows_next(&rows)) {
		struct task_load load = {
			.id = rows_int(&rows, 0),
			.base = rows_int(&rows, 3) == 0,
			.series = rows_copy(&rows, 4),
			.sender_flag = rows_copy(&rows, 5),
		};

		if (!strcmp(rows_text(&rows, 1), "done")) {
			free(load.series);
			free(load.sender_flag);
			continue;
		}
		read_artifacts(conn, rows_int(&rows, 6), NULL, &load.artifacts,
			       &load.artifacts_count);
		/* The base's kick module alone: its layout of struct kvm_vcpu tells new members. */
		read_artifacts(conn, rows_int(&rows, 7), "runway-kick.ko", &load.base_artifacts,
			       &load.base_artifacts_count);
		ARRAY_GROW(task->loads, task->loads_count, task->loads_capacity);
		task->loads[task->loads_count++] = load;
	}
}

int task_read(struct db_conn *conn, int64_t id, struct task *ret_task)
{
	struct task task = { .id = id };

	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TASK_FIND, db_int(id));

		if (!rows_next(&rows))
			return -ENOENT;
		task.block = !strcmp(rows_text(&rows, 1), "block");
		task.fetch = !strcmp(rows_text(&rows, 1), "fetch");
		task.campaign = rows_int(&rows, 2);
		task.attempt = rows_int(&rows, 4);
		task.isa = rows_copy(&rows, 6);
		task.lane = rows_copy(&rows, 7);
		task.variant = rows_int(&rows, 16);
	}
	if (task.block) {
		read_workloads(conn, &task);
		read_loads(conn, &task);
	} else if (task.fetch) {
		read_fetch(conn, &task);
	} else {
		read_build(conn, &task);
	}
	*ret_task = task;
	return 0;
}

static void artifacts_free(struct task_artifact *artifacts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(artifacts[i].name);
		free(artifacts[i].sha256);
	}
	free(artifacts);
}

void task_release(struct task *task)
{
	for (size_t i = 0; i < task->loads_count; i++) {
		struct task_load *load = &task->loads[i];

		free(load->series);
		free(load->sender_flag);
		artifacts_free(load->artifacts, load->artifacts_count);
		artifacts_free(load->base_artifacts, load->base_artifacts_count);
	}
	free(task->loads);
	free(task->series);
	free(task->mbox);
	free(task->sender_flag);
	free(task->repository);
	free(task->rev);
	free(task->preferred);
	free(task->url);
	free(task->ref);
	free(task->from);
	free(task->lane);
	free(task->isa);
	free(task->workloads);
	*task = (struct task){ 0 };
}
