// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-latency.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void latency_release(struct latency *latency)
{
	histogram_release(&latency->histogram);
}

/* Names go on into the database: odd ones are refused. */
static bool name(json_t *value, char *ret_name, size_t bytes)
{
	const char *text = json_string_value(value);

	if (!text || !*text || strlen(text) >= bytes)
		return false;
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			return false;
	snprintf(ret_name, bytes, "%s", text);
	return true;
}

static bool integer(json_t *value, uint64_t most, uint64_t *ret_integer)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > most)
		return false;
	*ret_integer = (uint64_t)json_integer_value(value);
	return true;
}

/* [[index, count] …], indices rising. */
static bool buckets(json_t *array, struct histogram *histogram)
{
	uint64_t index, count, least = 0;

	if (!json_array_size(array))
		return false;
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *pair = json_array_get(array, i);

		if (json_array_size(pair) != 2 ||
		    !integer(json_array_get(pair, 0), HISTOGRAM_BUCKETS - 1, &index) ||
		    !integer(json_array_get(pair, 1), LATENCY_COUNT_MAX, &count) || !count ||
		    index < least)
			return false;
		histogram_record(histogram, histogram_bucket(index).low, count);
		least = index + 1;
	}
	return histogram->total <= LATENCY_COUNT_MAX;
}

bool json_latency_decode(json_t *line, struct latency *ret_latency)
{
	struct latency latency = { .histogram = HISTOGRAM_INIT };
	uint64_t bits = 0, rep = 0;

	if (!name(json_object_get(line, "workload"), latency.workload, sizeof(latency.workload)) ||
	    !name(json_object_get(line, "target"), latency.target, sizeof(latency.target)) ||
	    !integer(json_object_get(line, "rep"), 1000000, &rep) ||
	    !integer(json_object_get(line, "bits"), 64, &bits) || bits != HISTOGRAM_BITS ||
	    !buckets(json_object_get(line, "buckets"), &latency.histogram)) {
		latency_release(&latency);
		return false;
	}
	latency.rep = (unsigned)rep;
	*ret_latency = latency;
	return true;
}

json_t *json_latency_encode(const struct latency *latency, const char *clock)
{
	json_t *list = json_array();

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		if (latency->histogram.counts[i])
			json_array_append_new(
				list, json_pack("[I, I]", (json_int_t)i,
						(json_int_t)latency->histogram.counts[i]));
	return json_pack("{s:s, s:s, s:s, s:i, s:o}", "workload", latency->workload, "target",
			 latency->target, "clock", clock, "bits", HISTOGRAM_BITS, "buckets", list);
}
