// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json_read.h"
#include "cli/series.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void series_release(struct series *series)
{
	for (size_t i = 0; i < series->patch_count; i++)
		free(series->subjects[i]);
	free(series->subjects);
	free(series->name);
	free(series->sender_flag);
	free(series->version);
	*series = (struct series){ 0 };
}

/* "2" or "v2": servers may count versions or take them from [PATCH v2]. */
static char *read_version(struct json_reader *reader, const json_t *root)
{
	if (json_is_integer(json_object_get(root, "version")))
		return xasprintf("v%lld", (long long)json_read_integer(reader, root, "version",
								       JSON_NEEDED, 0));
	return json_read_text(reader, root, "version", JSON_OPTIONAL);
}

int series_decode(const char *data, size_t bytes, struct series *ret_series, struct err *err)
{
	struct json_reader reader = { .what = "series", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(series_release) struct series series = { 0 };
	const json_t *patches = json_read_array(&reader, root, "patches", JSON_OPTIONAL);

	if (reader.rc < 0)
		return reader.rc;
	series.id = json_read_integer(&reader, root, "id", JSON_NEEDED, 0);
	series.name = json_read_text(&reader, root, "name", JSON_NEEDED);
	series.sender_flag = json_read_text(&reader, root, "sender_flag", JSON_OPTIONAL);
	series.version = read_version(&reader, root);
	series.patch_count = json_array_size(patches);
	series.subjects = xcalloc(series.patch_count + 1, sizeof(*series.subjects));
	for (size_t i = 0; i < series.patch_count; i++)
		series.subjects[i] = json_read_text(&reader, json_read_element(&reader, patches, i),
						    "subject", JSON_NEEDED);
	if (reader.rc < 0)
		return reader.rc;
	*ret_series = series;
	series = (struct series){ 0 };
	return 0;
}
