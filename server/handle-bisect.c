// SPDX-License-Identifier: GPL-2.0-or-later
/* Bisections: asked for, and where they stand. */
#include <errno.h>

#include "lib/alloc.h"
#include "server/bisect.h"
#include "server/clock.h"
#include "server/handle.h"
#include "server/json_bisect.h"

static int encode(struct db_conn *conn, int64_t id, struct answer *answer, struct err *err)
{
	CLEANUP(bisection_release) struct bisection bisection = { 0 };
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(series_release) struct series series = { 0 };
	struct json_writer w = { .buf = &answer->body };
	struct bisect_state state;

	if (bisect_read(conn, id, &bisection) < 0 || campaign_read(conn, id, &campaign) < 0 ||
	    series_read(conn, bisection.series_id, &series) < 0)
		return err_set(err, -ENOENT, "There is no bisection with this number.");
	bisect_look(conn, &bisection, &campaign, &state);
	json_bisection(&w, &bisection, &state, &campaign, &series);
	return 0;
}

struct asked {
	struct bisect_request request;
	struct series series;
	struct series_parts parts;
};

/* Before parts are written: whether there is anything to look for. */
static int check(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		 struct err *err)
{
	CLEANUP(bisection_release) struct bisection bisection = { 0 };
	struct asked *asked = data;
	int rc = bisect_premise(conn, &asked->request, &bisection, err);

	(void)request;
	(void)answer;
	return rc < 0 ? rc : series_read(conn, bisection.series_id, &asked->series);
}

static int add(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	CLEANUP(bisection_release) struct bisection bisection = { 0 };
	struct asked *asked = data;
	int64_t now_ms = clock_now_ms();
	int rc = bisect_premise(conn, &asked->request, &bisection, err);

	(void)request;
	if (rc < 0)
		return rc;
	series_parts_add(conn, &asked->parts, false, now_ms);
	rc = bisect_create(conn, &bisection, &asked->parts, now_ms, err);
	if (rc < 0)
		return rc;
	answer_made(answer, 201, "campaigns", bisection.campaign);
	return encode(conn, bisection.campaign, answer, err);
}

static int make_parts(struct artifact_store *store, struct asked *asked, struct err *err)
{
	const struct series *series = &asked->series;
	struct series_whole whole = { series->id, series->name, series->sender_flag };
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(2 * MBOX_MAX_BYTES);
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	int rc = artifact_read(store, series->mbox_sha256, &bytes, err);

	if (!rc)
		rc = mbox_parse(bytes.data, bytes.length, &mbox, err);
	return rc ?: series_parts_make(store, &whole, &mbox, true, &asked->parts, err);
}

/* 201 with the bisection, a campaign of its own; 404: no such campaign or series; 409: there is
 * nothing to look for, or not yet; 422: no such metric. */
void handle_bisect_post(struct request *request, struct answer *answer)
{
	CLEANUP(free_ptr) struct asked *asked = xcalloc(1, sizeof(*asked));
	struct err err = ERR_INIT;
	int rc = json_bisect_request(&request->body, &asked->request, &err);

	asked->request.source = request->numbers[0];
	if (!rc)
		request_read(request, answer, check, asked);
	if (!rc && answer->status < 400)
		rc = make_parts(request->server->artifacts, asked, &err);
	if (rc < 0)
		answer_error(answer, &err);
	else if (answer->status < 400)
		request_write(request, answer, add, asked);
	series_parts_release(&asked->parts);
	series_release(&asked->series);
}

static int get(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	(void)data;
	return encode(conn, request->numbers[0], answer, err);
}

/* 404: no such campaign, or it is no bisection. */
void handle_bisection_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get, NULL);
	answer_tag(request, answer);
}
