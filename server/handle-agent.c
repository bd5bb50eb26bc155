// SPDX-License-Identifier: GPL-2.0-or-later
/* What agents call. Every path below /leases/{lease} answers 410 when the lease has ended. */
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>

#include "lib/proc.h"
#include "server/clock.h"
#include "server/fetch.h"
#include "server/handle.h"
#include "server/json_answer.h"
#include "server/json_request.h"
#include "server/lease.h"
#include "server/plan.h"
#include "server/result.h"
#include "server/task-log.h"

/* A client that left while it waited: a task leased to it would be lost until the lease expires. */
static bool client_left(const struct request *request)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd watch = { .fd = info ? info->connect_fd : -1, .events = POLLRDHUP };

	/* Not by reading: with TLS there may be bytes before the end. */
	return poll(&watch, 1, 0) > 0 && (watch.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static int take_lease(struct request *request, struct db_conn *conn, void *data,
		      struct answer *answer, struct err *err)
{
	const struct lease_request *want = data;
	int64_t lease_ms = request->server->config->lease_ms;
	CLEANUP(task_release) struct task task = { 0 };
	struct json_writer w = { .buf = &answer->body };
	struct lease lease;
	int rc = lease_take(conn, want, lease_ms, clock_now_ms(), &lease);

	if (rc == -EAGAIN) {
		answer->status = 204;
		answer->suspend = (int64_t)clock_ms() < request->waiter.deadline_ms &&
				  !waiters_closed(request->server->waiters);
		return 0;
	}
	rc = task_read(conn, lease.task, &task);
	if (rc < 0)
		return err_set(err, rc, "The task to lease is gone.");
	task.most_bytes = request->server->config->git_most_bytes;
	task.most_s = request->server->config->git_most_s;
	json_lease(&w, &lease, &task, (double)lease_ms / 1000);
	return 0;
}

/* 200 with a lease; 204: nothing to do in wait_s. Called again each time the request is woken. */
void handle_lease_post(struct request *request, struct answer *answer)
{
	CLEANUP(lease_request_release) struct lease_request want = { .fingerprint = NULL };
	struct err err = ERR_INIT;

	if (json_lease_request(&request->body, &want, &err) < 0) {
		answer_error(answer, &err);
		return;
	}
	if (request->waited && client_left(request)) {
		answer->status = 204;
		return;
	}
	if (!request->waited) {
		request->waited = true;
		request->waiter.deadline_ms = (int64_t)clock_ms() + want.wait_s * 1000;
		snprintf(request->waiter.capabilities, sizeof(request->waiter.capabilities), "%s",
			 want.capabilities);
		snprintf(request->waiter.labels, sizeof(request->waiter.labels), "%s", want.labels);
	}
	request_write(request, answer, take_lease, &want);
}

static int beat(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	const struct heartbeat *heartbeat = data;
	struct json_writer w = { .buf = &answer->body };
	int64_t now_ms = clock_now_ms(), lease_ms = request->server->config->lease_ms;
	struct lease lease;
	int rc = lease_check(conn, request->hex, now_ms, &lease, err);

	if (rc < 0)
		return rc;
	lease_heartbeat(conn, &lease, heartbeat->phase[0] ? heartbeat->phase : NULL,
			heartbeat->load, lease_ms, now_ms);
	json_write_object(&w, NULL);
	json_write_real(&w, "expires_s", (double)lease_ms / 1000);
	json_write_end(&w, '}');
	return 0;
}

void handle_heartbeat_post(struct request *request, struct answer *answer)
{
	struct heartbeat heartbeat;
	struct err err = ERR_INIT;

	if (json_heartbeat(&request->body, &heartbeat, &err) < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, beat, &heartbeat);
}

static int append_log(struct request *request, struct db_conn *conn, void *data,
		      struct answer *answer, struct err *err)
{
	struct lease lease;
	int rc = lease_check(conn, request->hex, clock_now_ms(), &lease, err);

	(void)data;
	if (rc < 0)
		return rc;
	task_log_append(conn, lease.task, request->body.data, request->body.length);
	answer->status = 204;
	return 0;
}

void handle_log_post(struct request *request, struct answer *answer)
{
	request_write(request, answer, append_log, NULL);
}

static int give_back(struct request *request, struct db_conn *conn, void *data,
		     struct answer *answer, struct err *err)
{
	int64_t now_ms = clock_now_ms();
	struct lease lease;
	int rc = lease_check(conn, request->hex, now_ms, &lease, err);

	(void)data;
	if (rc < 0)
		return rc;
	lease_end(conn, &lease, "returned");
	plan_task_returned(conn, lease.task, now_ms);
	answer->status = 204;
	return 0;
}

void handle_lease_delete(struct request *request, struct answer *answer)
{
	request_write(request, answer, give_back, NULL);
}

static int record_load(struct request *request, struct db_conn *conn, void *data,
		       struct answer *answer, struct err *err)
{
	struct json_writer w = { .buf = &answer->body };
	int64_t now_ms = clock_now_ms();
	bool recorded = false;
	struct lease lease;
	int rc = lease_check(conn, request->hex, now_ms, &lease, err);

	if (!rc)
		rc = result_record_load(conn, &lease, request->numbers[0], data, now_ms, &recorded,
					err);
	if (rc < 0)
		return rc;
	json_write_object(&w, NULL);
	json_write_bool(&w, "recorded", recorded);
	json_write_end(&w, '}');
	return 0;
}

/* 404: no such load in the lease's task; 422: the body breaks the contract. */
void handle_load_post(struct request *request, struct answer *answer)
{
	CLEANUP(load_result_release) struct load_result result = { .status = "" };
	struct err err = ERR_INIT;

	if (json_load_result(&request->body, &result, &err) < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, record_load, &result);
}

/* A fetch that came to nothing; one that did not posts its mbox. */
static int record_failed_fetch(struct request *request, struct db_conn *conn,
			       const struct lease *lease, int64_t series, int64_t now_ms,
			       struct err *err)
{
	CLEANUP(free_ptr) char *sentence = NULL;
	int rc = json_fetch_result(&request->body, &sentence, err);

	if (rc < 0)
		return rc;
	db_run(conn, SQL_TASK_FINISH, db_int(lease->task), db_text("failed"), db_int(now_ms));
	lease_end(conn, lease, "finished");
	fetch_failed(conn, series, sentence, now_ms);
	return 0;
}

/* What the body is depends on the task, so it is decoded here. */
static int record_result(struct request *request, struct db_conn *conn, void *data,
			 struct answer *answer, struct err *err)
{
	CLEANUP(build_result_release) struct build_result result = { .built = false };
	CLEANUP(task_release) struct task task = { 0 };
	struct json_writer w = { .buf = &answer->body };
	int64_t now_ms = clock_now_ms();
	struct lease lease;
	int rc = lease_check(conn, request->hex, now_ms, &lease, err);

	(void)data;
	if (!rc)
		rc = task_read(conn, lease.task, &task);
	if (!rc && task.block)
		rc = json_block_result(&request->body, err);
	else if (!rc && task.fetch)
		rc = record_failed_fetch(request, conn, &lease, task.series_id, now_ms, err);
	else if (!rc)
		rc = json_build_result(&request->body, &result, err);
	if (!rc && task.block) {
		lease_end(conn, &lease, "finished");
		plan_block_ended(conn, task.id, now_ms);
	} else if (!rc && !task.fetch) {
		rc = result_record_build(conn, &lease, &result, now_ms, err);
	}
	if (rc < 0)
		return rc;
	json_write_object(&w, NULL);
	json_write_bool(&w, "recorded", true);
	json_write_end(&w, '}');
	return 0;
}

void handle_result_post(struct request *request, struct answer *answer)
{
	request_write(request, answer, record_result, NULL);
}
