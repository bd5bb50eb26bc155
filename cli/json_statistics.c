// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "cli/json_read.h"
#include "cli/statistics.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void read_verdict(struct json_reader *reader, const json_t *object,
			 struct statistics_verdict *verdict)
{
	verdict->series = json_read_text(reader, object, "series", JSON_NEEDED);
	verdict->isa = json_read_text(reader, object, "isa", JSON_NEEDED);
	verdict->metric = json_read_text(reader, object, "metric", JSON_NEEDED);
	verdict->workload = json_read_text(reader, object, "workload", JSON_NEEDED);
	verdict->verdict = json_read_text(reader, object, "verdict", JSON_NEEDED);
	verdict->family = json_read_text(reader, object, "family", JSON_OPTIONAL);
	verdict->effect = json_read_number(reader, object, "effect", JSON_OPTIONAL, NAN);
	verdict->low = json_read_number(reader, object, "low", JSON_OPTIONAL, NAN);
	verdict->high = json_read_number(reader, object, "high", JSON_OPTIONAL, NAN);
	verdict->margin = json_read_number(reader, object, "margin", JSON_OPTIONAL, NAN);
	verdict->p = json_read_number(reader, object, "p_adjusted", JSON_OPTIONAL, NAN);
	verdict->n = json_read_integer(reader, object, "n", JSON_OPTIONAL, 0);
}

static void read_verdicts(struct json_reader *reader, const json_t *array,
			  struct statistics *statistics)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		read_verdict(reader, json_read_element(reader, array, i),
			     &statistics->verdicts[statistics->verdict_count++]);
}

static void read_blocks(struct json_reader *reader, const json_t *object,
			struct statistics_blocks *blocks)
{
	blocks->isa = json_read_text(reader, object, "isa", JSON_NEEDED);
	blocks->planned = json_read_integer(reader, object, "planned", JSON_NEEDED, 0);
	blocks->settled = json_read_integer(reader, object, "settled", JSON_NEEDED, 0);
	blocks->spent_loads = json_read_integer(reader, object, "spent_loads", JSON_NEEDED, 0);
	blocks->unknown = json_read_integer(reader, object, "unknown", JSON_NEEDED, 0);
	blocks->block_loads = json_read_integer(reader, object, "block_loads", JSON_NEEDED, 0);
	blocks->block_s = json_read_number(reader, object, "block_s", JSON_OPTIONAL, NAN);
}

static void read_budget(struct json_reader *reader, const json_t *budget,
			struct statistics *statistics)
{
	const json_t *looks = json_read_array(reader, budget, "looks", JSON_OPTIONAL);
	const json_t *isas = json_read_array(reader, budget, "isa", JSON_OPTIONAL);
	size_t most = sizeof(statistics->looks) / sizeof(statistics->looks[0]);

	statistics->first = json_read_integer(reader, budget, "first", JSON_OPTIONAL, 0);
	statistics->most = json_read_integer(reader, budget, "most", JSON_OPTIONAL, 0);
	statistics->null_control =
		json_read_bool(reader, budget, "null_control", JSON_OPTIONAL, false);
	for (size_t i = 0; i < json_array_size(looks) && i < most; i++)
		statistics->looks[statistics->look_count++] =
			json_integer_value(json_array_get(looks, i));
	statistics->blocks = xcalloc(json_array_size(isas) + 1, sizeof(*statistics->blocks));
	for (size_t i = 0; i < json_array_size(isas); i++)
		read_blocks(reader, json_read_element(reader, isas, i),
			    &statistics->blocks[statistics->block_count++]);
}

static void read_lost(struct json_reader *reader, const json_t *array,
		      struct statistics *statistics)
{
	statistics->lost = xcalloc(json_array_size(array) + 1, sizeof(*statistics->lost));
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *object = json_read_element(reader, array, i);
		struct statistics_lost *lost = &statistics->lost[statistics->lost_count++];

		lost->series = json_read_text(reader, object, "series", JSON_NEEDED);
		lost->isa = json_read_text(reader, object, "isa", JSON_NEEDED);
		lost->lost = json_read_integer(reader, object, "lost", JSON_NEEDED, 0);
		lost->loads = json_read_integer(reader, object, "loads", JSON_NEEDED, 0);
		lost->base_lost = json_read_integer(reader, object, "base_lost", JSON_NEEDED, 0);
		lost->base_loads = json_read_integer(reader, object, "base_loads", JSON_NEEDED, 0);
		lost->p = json_read_number(reader, object, "p", JSON_OPTIONAL, NAN);
	}
}

int statistics_decode(const char *data, size_t bytes, struct statistics *ret_statistics,
		      struct err *err)
{
	struct json_reader reader = { .what = "statistics", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(statistics_release) struct statistics statistics = { 0 };
	const json_t *inside = json_read_object(&reader, root, "statistics", JSON_OPTIONAL);
	const json_t *from = inside ? inside : root;
	const json_t *verdicts = json_read_array(&reader, from, "verdicts", JSON_OPTIONAL);
	const json_t *controls = json_read_array(&reader, from, "null_control", JSON_OPTIONAL);

	if (reader.rc < 0)
		return reader.rc;
	read_budget(&reader, json_read_object(&reader, from, "budget", JSON_OPTIONAL), &statistics);
	statistics.verdicts = xcalloc(json_array_size(verdicts) + json_array_size(controls) + 1,
				      sizeof(*statistics.verdicts));
	read_verdicts(&reader, verdicts, &statistics);
	read_verdicts(&reader, controls, &statistics);
	read_lost(&reader, json_read_array(&reader, from, "lost", JSON_OPTIONAL), &statistics);
	if (reader.rc < 0)
		return reader.rc;
	*ret_statistics = statistics;
	statistics = (struct statistics){ 0 };
	return 0;
}
