// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/difference.h"
#include "cli/json_read.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

static void read_row(struct json_reader *reader, const json_t *object, enum json_need function,
		     struct difference_row *row)
{
	row->kind = json_read_text(reader, object, "kind", JSON_NEEDED);
	row->part = json_read_text(reader, object, "part", JSON_NEEDED);
	row->module = json_read_text(reader, object, "module", JSON_OPTIONAL);
	row->function = json_read_text(reader, object, "function", function);
	row->variant = json_read_integer(reader, object, "variant", JSON_OPTIONAL, -1);
	row->against = json_read_integer(reader, object, "against", JSON_OPTIONAL, -1);
	row->difference = json_read_integer(reader, object, "difference", JSON_NEEDED, 0);
}

static struct difference_row *read_rows(struct json_reader *reader, const json_t *root,
					const char *key, enum json_need function, size_t *ret_count)
{
	const json_t *list = json_read_array(reader, root, key, JSON_NEEDED);
	size_t count = json_array_size(list);
	struct difference_row *rows = xcalloc(count + 1, sizeof(*rows));

	for (size_t i = 0; i < count; i++)
		read_row(reader, json_read_element(reader, list, i), function, &rows[i]);
	*ret_count = count;
	return rows;
}

int difference_decode(const char *data, size_t bytes, struct difference *ret_difference,
		      struct err *err)
{
	struct json_reader reader = { .what = "difference", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(difference_release) struct difference difference = { 0 };

	if (!root)
		return reader.rc;
	difference.campaign = json_read_integer(&reader, root, "campaign", JSON_NEEDED, 0);
	difference.variant = json_read_text(&reader, root, "variant", JSON_NEEDED);
	difference.against = json_read_text(&reader, root, "against", JSON_NEEDED);
	difference.isa = json_read_text(&reader, root, "isa", JSON_OPTIONAL);
	difference.totals =
		read_rows(&reader, root, "totals", JSON_OPTIONAL, &difference.total_count);
	difference.functions =
		read_rows(&reader, root, "functions", JSON_NEEDED, &difference.function_count);
	if (reader.rc < 0)
		return reader.rc;
	*ret_difference = difference;
	difference = (struct difference){ 0 };
	return 0;
}
