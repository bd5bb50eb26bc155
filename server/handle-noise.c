// SPDX-License-Identifier: GPL-2.0-or-later
/* What the null controls of a host showed, and what it can therefore see. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/handle.h"
#include "server/judge.h"
#include "server/noise.h"
#include "server/stat-power.h"

static void write_plan(struct json_writer *w, const struct noise *noise)
{
	json_write_real(w, "power", STAT_POWER);
	json_write_int(w, "block_loads", NOISE_BLOCK_LOADS);
	json_write_array(w, "detectable");
	for (size_t i = 0; i < NOISE_SIZES; i++) {
		json_write_object(w, NULL);
		json_write_int(w, "blocks", (int64_t)noise_sizes[i]);
		json_write_real(w, "effect",
				isinf(noise->detectable[i]) ? NAN : noise->detectable[i]);
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
	json_write_array(w, "needed");
	for (size_t i = 0; i < NOISE_EFFECTS; i++) {
		bool timed = noise->needed[i] && noise->load_s > 0;

		json_write_object(w, NULL);
		json_write_real(w, "effect", noise_effects[i]);
		json_write_int_or_null(w, "blocks", (int64_t)noise->needed[i]);
		json_write_real(w, "seconds",
				timed ? (double)noise->needed[i] * NOISE_BLOCK_LOADS * noise->load_s
				      : NAN);
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
}

static void write_record(struct json_writer *w, struct db_conn *conn, int64_t host, const char *isa,
			 const char *metric, const char *workload)
{
	CLEANUP(noise_release) struct noise noise = { 0 };
	const struct metric *known = metric_find(metric);

	noise_read(conn, host, isa, metric, workload, &noise);
	json_write_object(w, NULL);
	json_write_text(w, "isa", isa);
	json_write_text(w, "metric", metric);
	json_write_text(w, "workload", workload);
	json_write_int(w, "blocks", (int64_t)noise.count);
	json_write_real(w, "typical", noise.typical);
	json_write_int(w, "comparisons", noise.comparisons);
	json_write_int(w, "false_positives", noise.false_ones);
	json_write_real(w, "rate_low", noise.rate.low);
	json_write_real(w, "rate_high", noise.rate.high);
	/* Planning is for what decides how much is bought. */
	if (known && judge_is_headline(known, workload)) {
		noise_plan(&noise);
		write_plan(w, &noise);
	}
	json_write_end(w, '}');
}

/* One row's names, kept until the rows are closed: each record asks the database again. */
struct name {
	char *isa, *metric, *workload;
};

static int get(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	struct json_writer w = { .buf = &answer->body };
	int64_t host = request->numbers[0];
	struct name *names = NULL;
	size_t count = 0, capacity = 0;

	(void)data;
	if (!db_value(conn, 0, SQL_HOST_KNOWN, db_int(host)))
		return err_set(err, -ENOENT, "There is no host with this number.");
	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_NULL_LIST, db_int(host));

		while (rows_next(&rows)) {
			ARRAY_GROW(names, count, capacity);
			names[count++] = (struct name){ rows_copy(&rows, 0), rows_copy(&rows, 1),
							rows_copy(&rows, 2) };
		}
	}
	json_write_object(&w, NULL);
	json_write_int(&w, "host", host);
	json_write_array(&w, "records");
	for (size_t i = 0; i < count; i++) {
		write_record(&w, conn, host, names[i].isa, names[i].metric, names[i].workload);
		free(names[i].isa);
		free(names[i].metric);
		free(names[i].workload);
	}
	free(names);
	json_write_end(&w, ']');
	json_write_end(&w, '}');
	return 0;
}

/* 404: no such host. Without null controls so far the list is empty. */
void handle_noise_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get, NULL);
}
