// SPDX-License-Identifier: GPL-2.0-or-later
/* What the IPIs of a campaign's variants took. */
#include <errno.h>

#include "lib/list.h"
#include "server/campaign.h"
#include "server/handle.h"
#include "server/latency.h"

static void write_percentiles(struct json_writer *w, const struct histogram *histogram)
{
	static const struct {
		const char *name;
		double share;
	} shares[] = { { "p50", 0.5 }, { "p99", 0.99 }, { "p99.9", 0.999 } };
	struct histogram_bucket most = histogram_at_rank(histogram, histogram->total);

	json_write_array(w, "percentiles");
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		struct latency_percentile percentile;

		latency_percentile(histogram, shares[i].share, &percentile);
		json_write_object(w, NULL);
		json_write_text(w, "name", shares[i].name);
		json_write_real(w, "value", percentile.value);
		json_write_real(w, "low", percentile.low);
		json_write_real(w, "high", percentile.high);
		json_write_end(w, '}');
	}
	json_write_end(w, ']');
	json_write_real(w, "most", most.middle);
}

static void write_latency(struct json_writer *w, const struct latency *latency)
{
	json_write_object(w, NULL);
	json_write_text(w, "series", latency->series);
	json_write_text(w, "isa", latency->isa);
	json_write_text(w, "lane", latency->lane);
	json_write_text(w, "workload", latency->workload);
	json_write_text(w, "target", latency->target);
	json_write_text(w, "clock", latency->clock);
	json_write_int(w, "loads", (int64_t)latency->loads);
	json_write_bool(w, "agree", latency->agree);
	json_write_int(w, "count", (int64_t)latency->histogram.total);
	json_write_real(w, "error", HISTOGRAM_ERROR_MAX);
	if (latency_is_shown(latency)) {
		write_percentiles(w, &latency->histogram);
	} else {
		json_write_null(w, "percentiles");
		json_write_null(w, "most");
	}
	json_write_end(w, '}');
}

static int get(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
	       struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(latencies_release) struct latencies latencies = { 0 };
	struct json_writer w = { .buf = &answer->body };
	const char *isa = request_query(request, "isa");

	(void)data;
	if (campaign_read(conn, request->numbers[0], &campaign) < 0)
		return err_set(err, -ENOENT, "There is no campaign with this number.");
	if (isa && !list_has(campaign.isa, isa))
		return err_set(err, -EINVAL, "This campaign was measured on %s.", campaign.isa);
	latencies_read(conn, campaign.id, isa, &latencies);
	json_write_object(&w, NULL);
	json_write_int(&w, "campaign", campaign.id);
	json_write_array(&w, "latencies");
	for (size_t i = 0; i < latencies.count; i++)
		write_latency(&w, &latencies.all[i]);
	json_write_end(&w, ']');
	json_write_end(&w, '}');
	return 0;
}

/* 404: no such campaign; 422: not measured on that ISA. Empty when its loads brought none. */
void handle_latency_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get, NULL);
	answer_tag(request, answer);
}
