// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/json_read.h"
#include "cli/log-piece.h"
#include "cli/text.h"
#include "lib/cleanup.h"

void log_piece_release(struct log_piece *piece)
{
	free(piece->text);
	*piece = (struct log_piece){ 0 };
}

int log_piece_decode(const char *data, struct log_piece *ret_piece, struct err *err)
{
	struct json_reader reader = { .what = "log", .err = err };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, strlen(data));
	const json_t *text = json_object_get(root, "text");
	int64_t dropped = json_read_integer(&reader, root, "dropped", JSON_OPTIONAL, 0);

	if (reader.rc < 0)
		return reader.rc;
	*ret_piece = (struct log_piece){ .dropped = dropped };
	/* Not by json_read_text: these are many lines. */
	if (json_is_string(text))
		ret_piece->text = text_clean_bytes(json_string_value(text),
						   json_string_length(text), TEXT_MANY_LINES);
	return 0;
}
