// SPDX-License-Identifier: GPL-2.0-or-later
/* On what the loads of a campaign ran. */
#include <errno.h>

#include "server/handle.h"

static int list(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	struct json_writer w = { .buf = &answer->body };
	int64_t campaign = request->numbers[0], fingerprint = 0, host = 0;
	CLEANUP(rows_end) struct rows rows = { 0 };

	(void)data;
	if (!db_value(conn, 0, SQL_CAMPAIGN_FIND, db_int(campaign)))
		return err_set(err, -ENOENT, "There is no campaign with this number.");
	rows = db_query(conn, SQL_FINGERPRINT_LOADS, db_int(campaign));
	json_write_object(&w, NULL);
	json_write_int(&w, "campaign", campaign);
	json_write_array(&w, "fingerprints");
	while (rows_next(&rows)) {
		if (rows_int(&rows, 0) != fingerprint || rows_int(&rows, 1) != host) {
			if (fingerprint) {
				json_write_end(&w, ']');
				json_write_end(&w, '}');
			}
			fingerprint = rows_int(&rows, 0);
			host = rows_int(&rows, 1);
			json_write_object(&w, NULL);
			json_write_int(&w, "host", host);
			json_write_text(&w, "agent", rows_text(&rows, 2));
			json_write_text(&w, "sha256", rows_text(&rows, 3));
			json_write_raw(&w, "fingerprint", rows_text(&rows, 4));
			json_write_array(&w, "loads");
		}
		json_write_int(&w, NULL, rows_int(&rows, 5));
	}
	if (fingerprint) {
		json_write_end(&w, ']');
		json_write_end(&w, '}');
	}
	json_write_end(&w, ']');
	json_write_end(&w, '}');
	return 0;
}

/* 404: no such campaign. Loads without a result are left out. */
void handle_fingerprint_list(struct request *request, struct answer *answer)
{
	request_read(request, answer, list, NULL);
}
