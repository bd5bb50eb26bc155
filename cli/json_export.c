// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/export.h"
#include "cli/json_read.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

int export_artifact_decode(const char *data, size_t bytes, const char *name, char **ret_sha256,
			   struct err *err)
{
	struct json_reader reader = { .what = "build", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(free_ptr) char *sha256 = NULL;
	const json_t *list = json_read_array(&reader, root, "artifacts", JSON_NEEDED);

	for (size_t i = 0; i < json_array_size(list) && !sha256; i++) {
		const json_t *artifact = json_read_element(&reader, list, i);
		CLEANUP(free_ptr)
		char *one = json_read_text(&reader, artifact, "name", JSON_NEEDED);

		if (one && !strcmp(one, name))
			sha256 = json_read_text(&reader, artifact, "sha256", JSON_NEEDED);
	}
	if (reader.rc < 0)
		return reader.rc;
	*ret_sha256 = TAKE(sha256);
	return 0;
}

char *export_file_encode(const char *path, size_t file_count)
{
	CLEANUP(json_release)
	json_t *root = json_pack("{s:s, s:i}", "file", path, "files", (int)file_count);

	return json_dumps(root, JSON_COMPACT);
}

char *export_block_encode(const char *block)
{
	CLEANUP(json_release) json_t *root = json_pack("{s:s}", "commit_message", block);

	return json_dumps(root, JSON_COMPACT);
}
