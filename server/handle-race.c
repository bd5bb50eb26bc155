// SPDX-License-Identifier: GPL-2.0-or-later
/* Race maps of a variant beside another's. */
#include <errno.h>
#include <string.h>

#include "lib/list.h"
#include "server/campaign.h"
#include "server/handle.h"
#include "server/json_write.h"

static void write_ranges(struct json_writer *w, struct db_conn *conn, int64_t map)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_RACE_RANGES, db_int(map));

	json_write_array(w, "ranges");
	while (rows_next(&rows)) {
		json_write_object(w, NULL);
		json_write_int(w, "from", rows_int(&rows, 0));
		json_write_int(w, "to", rows_int(&rows, 1));
		json_write_text(w, "state", rows_text(&rows, 2));
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
}

static void write_maps(struct json_writer *w, const char *key, struct db_conn *conn, int64_t load)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_RACE_MAPS, db_int(load));

	json_write_array(w, key);
	while (rows_next(&rows)) {
		json_write_object(w, NULL);
		json_write_text(w, "workload", rows_text(&rows, 1));
		json_write_text(w, "kind", rows_text(&rows, 2));
		json_write_text(w, "sender", rows_text(&rows, 3));
		json_write_int(w, "from", rows_int(&rows, 4));
		json_write_int(w, "to", rows_int(&rows, 5));
		json_write_int(w, "tried", rows_int(&rows, 8));
		json_write_int(w, "rounds", rows_int(&rows, 6));
		json_write_int(w, "cycle", rows_int(&rows, 7));
		write_ranges(w, conn, rows_int(&rows, 0));
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
}

/* The first load of that variant which brought maps. */
static int find_load(struct db_conn *conn, const struct campaign *campaign, const char *series,
		     const char *isa, const char *lane, int64_t *ret_load, struct err *err)
{
	const struct variant *variant = campaign_variant(campaign, series);

	if (!variant)
		return err_set(err, -ENOENT, "There is no variant %.64s in this campaign.", series);
	*ret_load = db_value(conn, 0, SQL_RACE_LOAD, db_int(variant->id), db_text(isa),
			     db_text(lane));
	if (!*ret_load)
		return err_set(err, -ENOENT, "%.64s has no %s map on %s%s.", series,
			       lane ? lane : "race", isa, campaign->finished_ms ? "" : " yet");
	return 0;
}

static int get_race_map(struct request *request, struct db_conn *conn, void *data,
			struct answer *answer, struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct json_writer w = { .buf = &answer->body };
	const char *variant = request_query(request, "variant");
	const char *against = request_query(request, "against") ?: "base";
	const char *isa = request_query(request, "isa");
	const char *only = request_query(request, "lane"), *lane = only;
	int64_t variant_load = 0, against_load = 0;
	char first_isa[8];
	int rc = campaign_read(conn, request->numbers[0], &campaign);

	(void)data;
	if (rc < 0)
		return err_set(err, -ENOENT, "There is no campaign with this number.");
	snprintf(first_isa, sizeof(first_isa), "%.*s", (int)strcspn(campaign.isa, ","),
		 campaign.isa);
	if (!variant)
		return err_set(err, -EINVAL,
			       "Say which variant: ?variant=NAME, a series of this campaign or "
			       "base.");
	if (!isa)
		isa = first_isa;
	if (!list_has(campaign.isa, isa))
		return err_set(err, -EINVAL, "This campaign was measured on %s.", campaign.isa);
	if (!lane) {
		bool posted = list_has(campaign.lanes, "posted");
		bool race = list_has(campaign.lanes, "race");

		lane = posted && !race ? "posted" : "race";
		/* Of two lanes that have maps, one; else whatever has. */
		only = posted && race ? lane : NULL;
	}
	if (strcmp(lane, "race") && strcmp(lane, "posted"))
		return err_set(err, -EINVAL, "Maps are of the lane \"race\" or \"posted\".");
	rc = find_load(conn, &campaign, variant, isa, only, &variant_load, err);
	if (!rc)
		rc = find_load(conn, &campaign, against, isa, only, &against_load, err);
	if (rc < 0)
		return rc;
	json_write_object(&w, NULL);
	json_write_int(&w, "campaign", campaign.id);
	json_write_text(&w, "variant", variant);
	json_write_text(&w, "against", against);
	json_write_text(&w, "isa", isa);
	json_write_text(&w, "lane", lane);
	write_maps(&w, "maps", conn, variant_load);
	write_maps(&w, "against_maps", conn, against_load);
	json_write_end(&w, '}');
	return 0;
}

/* 404: no such variant, or no map of it; 422: no variant named, or a lane that has no maps. */
void handle_race_map_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get_race_map, NULL);
	answer_tag(request, answer);
}
