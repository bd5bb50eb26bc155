// SPDX-License-Identifier: GPL-2.0-or-later
/* What the machinery shows of itself: tasks and their logs, hosts, health. */
#include <errno.h>

#include "server/handle.h"
#include "server/json_wishes.h"
#include "server/page.h"
#include "server/task-log.h"

/* 200, also when the database cannot be read: that is said by the requests that need it. */
void handle_health(struct request *request, struct answer *answer)
{
	struct json_writer w = { .buf = &answer->body };

	(void)request;
	json_write_object(&w, NULL);
	json_write_text(&w, "status", "ok");
	json_write_text(&w, "version", RUNWAY_VERSION);
	json_write_end(&w, '}');
}

void handle_front(struct request *request, struct answer *answer)
{
	(void)request;
	answer->type = "text/plain; charset=utf-8";
	buf_puts(
		&answer->body,
		"Runway " RUNWAY_VERSION
		": measures what a KVM patch does to VM-exits and IPIs.\n\n"
		"/api/v1/series             series: POST an mbox, GET the list\n"
		"/api/v1/campaigns          campaigns: POST a request, GET the list\n"
		"/api/v1/campaigns/N        one, with the state of every variant and load\n"
		"/api/v1/campaigns/N/ranking\n"
		"/api/v1/campaigns/N/diff?variant=NAME\n"
		"/api/v1/campaigns/N/samples\n"
		"/api/v1/variants           what was built and measured, of all campaigns\n"
		"/api/v1/builds             what it was compiled to\n"
		"/api/v1/tasks/N/log        the log of a build or a block\n"
		"/api/v1/hosts              the agents that were seen\n"
		"/api/v1/hosts/N/noise      what their null controls showed\n"
		"/api/v1/health\n\n"
		"/api/v1/docs has them all, made from /api/v1/openapi.json; the command \"runway\" "
		"speaks it for you.\n");
}

static int list_hosts(struct request *request, struct db_conn *conn, void *data,
		      struct answer *answer, struct err *err)
{
	struct page page = { .key = "hosts" };
	CLEANUP(rows_end) struct rows rows = { 0 };
	int rc = page_begin(&page, request, answer, err);

	(void)data;
	if (rc < 0)
		return rc;
	rows = db_query(conn, SQL_HOST_LIST, db_int(page.after), db_int(page.limit + 1));
	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0))) {
		json_write_object(&page.w, NULL);
		json_write_int(&page.w, "id", rows_int(&rows, 0));
		json_write_text(&page.w, "agent", rows_text(&rows, 1));
		json_write_list(&page.w, "capabilities", rows_text(&rows, 2));
		json_write_labels(&page.w, "labels", rows_text(&rows, 6));
		json_write_raw(&page.w, "fingerprint", rows_text(&rows, 3));
		json_write_time(&page.w, "first_seen", rows_int(&rows, 4));
		json_write_time(&page.w, "last_seen", rows_int(&rows, 5));
		json_write_end(&page.w, '}');
	}
	page_end(&page);
	return 0;
}

void handle_host_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list_hosts, NULL);
}

static int get_task(struct request *request, struct db_conn *conn, void *data,
		    struct answer *answer, struct err *err)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_TASK_FIND, db_int(request->numbers[0]));
	struct json_writer w = { .buf = &answer->body };

	(void)data;
	if (!rows_next(&rows))
		return err_set(err, -ENOENT, "There is no task with this number.");
	json_write_object(&w, NULL);
	json_write_int(&w, "id", rows_int(&rows, 0));
	json_write_text(&w, "kind", rows_text(&rows, 1));
	json_write_int_or_null(&w, "campaign", rows_int(&rows, 2));
	json_write_text(&w, "state", rows_text(&rows, 3));
	json_write_int(&w, "attempt", rows_int(&rows, 4));
	json_write_text(&w, "capability", rows_text(&rows, 5));
	json_write_text(&w, "isa", rows_text(&rows, 6));
	json_write_text(&w, "lane", rows_text(&rows, 7));
	json_write_text(&w, "variant", rows_text(&rows, 8));
	json_write_text(&w, "phase", rows_text(&rows, 9));
	json_write_text(&w, "agent", rows_text(&rows, 10));
	json_write_time(&w, "created", rows_int(&rows, 11));
	json_write_time(&w, "started", rows_int(&rows, 12));
	json_write_time(&w, "finished", rows_int(&rows, 13));
	json_write_int(&w, "log_bytes", rows_int(&rows, 14));
	json_write_int(&w, "log_dropped", rows_int(&rows, 15));
	json_write_end(&w, '}');
	return 0;
}

void handle_task_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get_task, NULL);
}

static int get_log(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		   struct err *err)
{
	(void)data;
	if (!db_value(conn, 0, SQL_TASK_FIND, db_int(request->numbers[0])))
		return err_set(err, -ENOENT, "There is no task with this number.");
	answer->type = "text/plain; charset=utf-8";
	task_log_read(conn, request->numbers[0], &answer->body);
	return 0;
}

/* 404: no such task. One that has not logged has an empty log. */
void handle_log_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get_log, NULL);
	if (answer->status != 200 || !stream_wanted(request))
		return;
	answer_release(answer);
	*answer = ANSWER_INIT;
	stream_log(request, answer);
}
