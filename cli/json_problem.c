// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "cli/json_read.h"
#include "cli/problem.h"
#include "cli/text.h"
#include "lib/cleanup.h"

char *problem_detail(const char *data, size_t bytes)
{
	struct json_reader reader = { .what = "error" };
	CLEANUP(json_release) json_t *root = json_read_document(&reader, data, bytes);
	CLEANUP(free_ptr) char *detail = json_read_text(&reader, root, "detail", JSON_OPTIONAL);
	CLEANUP(free_ptr) char *title = json_read_text(&reader, root, "title", JSON_OPTIONAL);

	return detail ? TAKE(detail) : TAKE(title);
}

int document_print(const struct buf *document, const struct screen *screen, struct err *err)
{
	struct json_reader reader = { .what = "answer", .err = err };
	CLEANUP(json_release)
	json_t *root = json_read_document(&reader, document->data, document->length);
	size_t bytes = document->length;

	if (!root)
		return reader.rc;
	while (bytes && (document->data[bytes - 1] == '\n' || document->data[bytes - 1] == '\r'))
		bytes--;
	if (screen->terminal) {
		CLEANUP(free_ptr)
		char *clean = text_clean_bytes(document->data, bytes, TEXT_MANY_LINES);

		fprintf(screen->out, "%s\n", clean);
		return 0;
	}
	fwrite(document->data, 1, bytes, screen->out);
	fputc('\n', screen->out);
	return 0;
}
