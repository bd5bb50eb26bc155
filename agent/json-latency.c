// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-latency.h"

#include "agent/json-field.h"

void latency_release(struct latency *latency)
{
	histogram_release(&latency->histogram);
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
		    !json_field_count(json_array_get(pair, 0), HISTOGRAM_BUCKETS - 1, &index) ||
		    !json_field_count(json_array_get(pair, 1), LATENCY_COUNT_MAX, &count) ||
		    !count || index < least)
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

	if (!json_field_name(json_object_get(line, "workload"), latency.workload,
			     sizeof(latency.workload)) ||
	    !json_field_name(json_object_get(line, "target"), latency.target,
			     sizeof(latency.target)) ||
	    !json_field_count(json_object_get(line, "rep"), 1000000, &rep) ||
	    !json_field_count(json_object_get(line, "bits"), 64, &bits) || bits != HISTOGRAM_BITS ||
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
			json_array_append_new(list,
					      json_pack("[I, I]", (json_int_t)i,
							(json_int_t)latency->histogram.counts[i]));
	return json_pack("{s:s, s:s, s:s, s:i, s:o}", "workload", latency->workload, "target",
			 latency->target, "clock", clock, "bits", HISTOGRAM_BITS, "buckets", list);
}
