// SPDX-License-Identifier: GPL-2.0-or-later
/* Bisections: asked for, and where they stand. */
#include <errno.h>

#include "lib/alloc.h"
#include "server/bisect-parts.h"
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
	struct bisect_drafts drafts;
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
	struct bisect_part parts[BISECT_PARTS_MAX];
	struct asked *asked = data;
	int64_t now_ms = clock_now_ms();
	size_t count;
	int rc = bisect_premise(conn, &asked->request, &bisection, err);

	(void)request;
	if (rc < 0)
		return rc;
	count = bisect_drafts_add(conn, &asked->drafts, bisection.series_id, now_ms, parts);
	rc = bisect_create(conn, &bisection, parts, count, now_ms, err);
	if (rc < 0)
		return rc;
	answer_made(answer, 201, "campaigns", bisection.campaign);
	return encode(conn, bisection.campaign, answer, err);
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
		rc = bisect_drafts_make(request->server->artifacts, &asked->series, &asked->drafts,
					&err);
	if (rc < 0)
		answer_error(answer, &err);
	else if (answer->status < 400)
		request_write(request, answer, add, asked);
	bisect_drafts_release(&asked->drafts);
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
