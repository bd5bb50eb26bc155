// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "cli/json_read.h"
#include "cli/noise.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* The caller frees what comes back. */
static struct noise_size *read_sizes(struct json_reader *reader, const json_t *record,
				     const char *key, size_t *ret_count)
{
	const json_t *array = json_read_array(reader, record, key, JSON_OPTIONAL);
	struct noise_size *sizes = xcalloc(json_array_size(array) + 1, sizeof(*sizes));

	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *object = json_read_element(reader, array, i);

		sizes[i] = (struct noise_size){
			.effect = json_read_number(reader, object, "effect", JSON_OPTIONAL, NAN),
			.blocks = json_read_integer(reader, object, "blocks", JSON_OPTIONAL, 0),
			.seconds = json_read_number(reader, object, "seconds", JSON_OPTIONAL, NAN),
		};
	}
	*ret_count = json_array_size(array);
	return sizes;
}

static void read_record(struct json_reader *reader, const json_t *object,
			struct noise_record *record)
{
	record->isa = json_read_text(reader, object, "isa", JSON_NEEDED);
	record->metric = json_read_text(reader, object, "metric", JSON_NEEDED);
	record->workload = json_read_text(reader, object, "workload", JSON_NEEDED);
	record->blocks = json_read_integer(reader, object, "blocks", JSON_NEEDED, 0);
	record->block_loads = json_read_integer(reader, object, "block_loads", JSON_OPTIONAL, 0);
	record->comparisons = json_read_integer(reader, object, "comparisons", JSON_NEEDED, 0);
	record->false_positives =
		json_read_integer(reader, object, "false_positives", JSON_NEEDED, 0);
	record->typical = json_read_number(reader, object, "typical", JSON_OPTIONAL, NAN);
	record->rate_low = json_read_number(reader, object, "rate_low", JSON_OPTIONAL, 0);
	record->rate_high = json_read_number(reader, object, "rate_high", JSON_OPTIONAL, 1);
	record->detectable = read_sizes(reader, object, "detectable", &record->detectable_count);
	record->needed = read_sizes(reader, object, "needed", &record->needed_count);
}

int noise_decode(const char *data, size_t bytes, struct noise *ret_noise, struct err *err)
{
	struct json_reader reader = { .what = "record of null controls", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(noise_release) struct noise noise = { 0 };
	const json_t *records = json_read_array(&reader, root, "records", JSON_NEEDED);

	if (reader.rc < 0)
		return reader.rc;
	noise.records = xcalloc(json_array_size(records) + 1, sizeof(*noise.records));
	for (size_t i = 0; i < json_array_size(records); i++)
		read_record(&reader, json_read_element(&reader, records, i),
			    &noise.records[noise.count++]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_noise = noise;
	noise = (struct noise){ 0 };
	return 0;
}
