// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "cli/json_read.h"
#include "cli/latency.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void read_percentiles(struct json_reader *reader, const json_t *object,
			     struct latency *latency)
{
	const json_t *array = json_read_array(reader, object, "percentiles", JSON_OPTIONAL);

	for (size_t i = 0; i < json_array_size(array) && i < LATENCY_PERCENTILES_MAX; i++) {
		const json_t *one = json_read_element(reader, array, i);

		latency->percentiles[latency->percentile_count++] = (struct latency_percentile){
			.name = json_read_text(reader, one, "name", JSON_NEEDED),
			.value = json_read_number(reader, one, "value", JSON_NEEDED, NAN),
			.low = json_read_number(reader, one, "low", JSON_OPTIONAL, NAN),
			.high = json_read_number(reader, one, "high", JSON_OPTIONAL, NAN),
		};
	}
}

static void read_latency(struct json_reader *reader, const json_t *object, struct latency *latency)
{
	latency->series = json_read_text(reader, object, "series", JSON_NEEDED);
	latency->isa = json_read_text(reader, object, "isa", JSON_NEEDED);
	latency->lane = json_read_text(reader, object, "lane", JSON_NEEDED);
	latency->workload = json_read_text(reader, object, "workload", JSON_NEEDED);
	latency->target = json_read_text(reader, object, "target", JSON_NEEDED);
	latency->clock = json_read_text(reader, object, "clock", JSON_NEEDED);
	latency->loads = json_read_integer(reader, object, "loads", JSON_NEEDED, 0);
	latency->count = json_read_integer(reader, object, "count", JSON_NEEDED, 0);
	latency->agree = json_read_bool(reader, object, "agree", JSON_OPTIONAL, true);
	latency->error = json_read_number(reader, object, "error", JSON_OPTIONAL, NAN);
	latency->most = json_read_number(reader, object, "most", JSON_OPTIONAL, NAN);
	read_percentiles(reader, object, latency);
}

int latencies_decode(const char *data, size_t bytes, struct latencies *ret_latencies,
		     struct err *err)
{
	struct json_reader reader = { .what = "list of latencies", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(latencies_release) struct latencies latencies = { 0 };
	const json_t *array = json_read_array(&reader, root, "latencies", JSON_NEEDED);

	if (reader.rc < 0)
		return reader.rc;
	latencies.all = xcalloc(json_array_size(array) + 1, sizeof(*latencies.all));
	for (size_t i = 0; i < json_array_size(array); i++)
		read_latency(&reader, json_read_element(&reader, array, i),
			     &latencies.all[latencies.count++]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_latencies = latencies;
	latencies = (struct latencies){ 0 };
	return 0;
}
