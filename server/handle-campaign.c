// SPDX-License-Identifier: GPL-2.0-or-later
/* Campaigns: asked for, listed, read, compared. */
#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/campaign.h"
#include "server/clock.h"
#include "server/handle.h"
#include "server/json_answer.h"
#include "server/json_request.h"
#include "server/page.h"

static int read_campaign(struct db_conn *conn, int64_t id, struct campaign *ret_campaign,
			 struct err *err)
{
	return campaign_read(conn, id, ret_campaign) < 0
		       ? err_set(err, -ENOENT, "There is no campaign with this number.")
		       : 0;
}

int campaign_encode(struct db_conn *conn, int64_t id, struct answer *answer, struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(free_ptr) char *waiting = NULL;
	struct json_writer w = { .buf = &answer->body };
	struct campaign_outlook outlook;
	int64_t now_ms = clock_now_ms();
	int rc = read_campaign(conn, id, &campaign, err);

	if (rc < 0)
		return rc;
	campaign_read_notes(conn, &campaign);
	waiting = campaign_waiting(conn, &campaign, now_ms);
	outlook =
		(struct campaign_outlook){ campaign_estimate_s(conn, &campaign, now_ms), waiting };
	json_campaign(&w, NULL, &campaign, &outlook, now_ms);
	return 0;
}

int campaign_created(struct db_conn *conn, int64_t id, struct answer *answer, struct err *err)
{
	answer_made(answer, 201, "campaigns", id);
	return campaign_encode(conn, id, answer, err);
}

static int add(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	int64_t id = 0;
	int rc = campaign_create(conn, data, clock_now_ms(), &id, err);

	(void)request;
	if (rc < 0)
		return rc;
	return campaign_created(conn, id, answer, err);
}

/* 201 with the campaign; 400 or 422: the request is wrong, and how. */
void handle_campaign_post(struct request *request, struct answer *answer)
{
	struct campaign_request want;
	struct err err = ERR_INIT;

	if (json_campaign_request(&request->body, request->server->config->repositories, &want,
				  &err) < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, add, &want);
}

static int get(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	(void)data;
	return campaign_encode(conn, request->numbers[0], answer, err);
}

void handle_campaign_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get, NULL);
	answer_tag(request, answer);
}

static int list(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	struct page page = { .key = "campaigns" };
	CLEANUP(rows_end) struct rows rows = { 0 };
	int rc = page_begin(&page, request, answer, err);

	(void)data;
	if (rc < 0)
		return rc;
	rows = db_query(conn, SQL_CAMPAIGN_LIST, db_int(page.after), db_int(page.limit + 1));
	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0))) {
		CLEANUP(campaign_release) struct campaign campaign = { 0 };

		campaign_from_row(&rows, &campaign);
		json_campaign(&page.w, NULL, &campaign, NULL, clock_now_ms());
	}
	page_end(&page);
	return 0;
}

void handle_campaign_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}

/* The two loads to compare, and the names to show. */
struct sides {
	const char *variant, *against, *isa;
	char first_isa[8];
	int64_t variant_load, against_load;
};

static int find_sides(struct request *request, struct db_conn *conn,
		      const struct campaign *campaign, struct sides *sides, struct err *err)
{
	const struct variant *variant, *against;

	sides->variant = request_query(request, "variant");
	sides->against = request_query(request, "against");
	sides->isa = request_query(request, "isa");
	if (!sides->against)
		sides->against = "base";
	snprintf(sides->first_isa, sizeof(sides->first_isa), "%.*s",
		 (int)strcspn(campaign->isa, ","), campaign->isa);
	if (!sides->isa)
		sides->isa = sides->first_isa;
	if (!sides->variant)
		return err_set(err, -EINVAL,
			       "Say which variant: ?variant=NAME, a series of this campaign.");
	if (!list_has(campaign->isa, sides->isa))
		return err_set(err, -EINVAL, "This campaign was measured on %s.", campaign->isa);
	variant = campaign_variant(campaign, sides->variant);
	against = campaign_variant(campaign, sides->against);
	if (!variant || !against)
		return err_set(err, -ENOENT, "There is no variant %.64s in this campaign.",
			       variant ? sides->against : sides->variant);
	sides->variant_load =
		db_value(conn, 0, SQL_FUNCTION_LOAD, db_int(variant->id), db_text(sides->isa));
	sides->against_load =
		db_value(conn, 0, SQL_FUNCTION_LOAD, db_int(against->id), db_text(sides->isa));
	if (!sides->variant_load || !sides->against_load)
		return err_set(err, -ENOENT, "%.64s has no instructions by function on %s%s.",
			       sides->variant_load ? sides->against : sides->variant, sides->isa,
			       campaign->finished_ms ? "" : " yet");
	return 0;
}

static void write_sides(struct json_writer *w, int64_t variant, int64_t against)
{
	json_write_int(w, "variant", variant);
	json_write_int(w, "against", against);
	json_write_int(w, "difference", variant - against);
	json_write_end(w, '}');
}

static void write_totals(struct json_writer *w, struct db_conn *conn, const struct sides *sides)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_FUNCTION_TOTALS, db_int(sides->variant_load),
				    db_int(sides->against_load));

	json_write_array(w, "totals");
	while (rows_next(&rows)) {
		json_write_object(w, NULL);
		json_write_text(w, "kind", rows_text(&rows, 0));
		json_write_text(w, "part", rows_text(&rows, 1));
		write_sides(w, rows_int(&rows, 2), rows_int(&rows, 3));
	}
	json_write_end(w, ']');
}

static void write_functions(struct json_writer *w, struct db_conn *conn, const struct sides *sides)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_FUNCTION_DIFF, db_int(sides->variant_load),
				    db_int(sides->against_load));

	json_write_array(w, "functions");
	while (rows_next(&rows)) {
		json_write_object(w, NULL);
		json_write_text(w, "kind", rows_text(&rows, 0));
		json_write_text(w, "part", rows_text(&rows, 1));
		json_write_text(w, "module", rows_text(&rows, 2));
		json_write_text(w, "function", rows_text(&rows, 3));
		write_sides(w, rows_int(&rows, 4), rows_int(&rows, 5));
	}
	json_write_end(w, ']');
}

static int get_diff(struct request *request, struct db_conn *conn, void *data,
		    struct answer *answer, struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct json_writer w = { .buf = &answer->body };
	struct sides sides = { 0 };
	int rc = read_campaign(conn, request->numbers[0], &campaign, err);

	(void)data;
	if (!rc)
		rc = find_sides(request, conn, &campaign, &sides, err);
	if (rc < 0)
		return rc;
	json_write_object(&w, NULL);
	json_write_int(&w, "campaign", campaign.id);
	json_write_text(&w, "variant", sides.variant);
	json_write_text(&w, "against", sides.against);
	json_write_text(&w, "isa", sides.isa);
	write_totals(&w, conn, &sides);
	write_functions(&w, conn, &sides);
	json_write_end(&w, '}');
	return 0;
}

/* 404: no such variant, or nothing counted for it; 422: no variant named. */
void handle_diff_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get_diff, NULL);
	answer_tag(request, answer);
}
