// SPDX-License-Identifier: GPL-2.0-or-later
/* Every sample of a campaign, in pages. */
#include <errno.h>

#include "server/handle.h"
#include "server/page.h"

static void write_sample(struct json_writer *w, struct rows *rows)
{
	const char *kind = rows_text(rows, 8);

	json_write_object(w, NULL);
	json_write_int(w, "id", rows_int(rows, 0));
	json_write_int(w, "load", rows_int(rows, 1));
	json_write_int(w, "block", rows_int(rows, 2));
	json_write_text(w, "series", rows_text(rows, 3));
	json_write_text(w, "isa", rows_text(rows, 4));
	json_write_text(w, "lane", rows_text(rows, 5));
	json_write_text(w, "metric", rows_text(rows, 6));
	json_write_text(w, "kind", *kind ? kind : NULL);
	json_write_text(w, "workload", rows_text(rows, 7));
	json_write_int(w, "rep", rows_int(rows, 9));
	json_write_real(w, "value", rows_real(rows, 10));
	json_write_int(w, "n", rows_int(rows, 11));
	json_write_int(w, "total", rows_int(rows, 12));
	json_write_end(w, '}');
}

static int list(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	struct page page = { .key = "samples",
			     .campaign = request->numbers[0],
			     .oldest_first = true,
			     .limit_default = 1000,
			     .limit_max = 10000 };
	CLEANUP(rows_end) struct rows rows = { 0 };
	int64_t campaign = request->numbers[0];
	int rc;

	(void)data;
	if (!db_value(conn, 0, SQL_CAMPAIGN_FIND, db_int(campaign)))
		return err_set(err, -ENOENT, "There is no campaign with this number.");
	rc = page_begin(&page, request, answer, err);
	if (rc < 0)
		return rc;
	rows = db_query(conn, SQL_SAMPLE_LIST, db_int(campaign), db_int(page.after),
			db_int(page.limit + 1));
	while (rows_next(&rows) && page_next(&page, rows_int(&rows, 0)))
		write_sample(&page.w, &rows);
	page_end(&page);
	return 0;
}

void handle_sample_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}
