// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/fingerprint.h"
#include "cli/json_read.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void fingerprints_release(struct fingerprints *fingerprints)
{
	for (size_t i = 0; i < fingerprints->count; i++) {
		free(fingerprints->items[i].agent);
		free(fingerprints->items[i].driver);
		free(fingerprints->items[i].emulator);
		free(fingerprints->items[i].isa);
		free(fingerprints->items[i].lane);
	}
	free(fingerprints->items);
	*fingerprints = (struct fingerprints){ 0 };
}

static void read_fingerprint(struct json_reader *reader, const json_t *object,
			     struct fingerprint *fingerprint)
{
	const json_t *facts = json_read_object(reader, object, "fingerprint", JSON_NEEDED);

	fingerprint->agent = json_read_text(reader, object, "agent", JSON_NEEDED);
	fingerprint->driver = json_read_text(reader, facts, "driver", JSON_OPTIONAL);
	fingerprint->emulator = json_read_text(reader, facts, "emulator", JSON_OPTIONAL);
	fingerprint->isa = json_read_text(reader, facts, "isa", JSON_OPTIONAL);
	fingerprint->lane = json_read_text(reader, facts, "lane", JSON_OPTIONAL);
	fingerprint->load_count =
		json_array_size(json_read_array(reader, object, "loads", JSON_NEEDED));
}

int fingerprints_decode(const char *data, size_t bytes, struct fingerprints *ret_fingerprints,
			struct err *err)
{
	struct json_reader reader = { .what = "list of fingerprints", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(fingerprints_release) struct fingerprints all = { 0 };
	const json_t *list = json_read_array(&reader, root, "fingerprints", JSON_NEEDED);

	all.items = xcalloc(json_array_size(list) + 1, sizeof(*all.items));
	for (size_t i = 0; i < json_array_size(list); i++)
		read_fingerprint(&reader, json_read_element(&reader, list, i),
				 &all.items[all.count++]);
	if (reader.rc < 0)
		return reader.rc;
	*ret_fingerprints = all;
	all = (struct fingerprints){ 0 };
	return 0;
}
