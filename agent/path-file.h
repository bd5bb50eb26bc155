/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what exit-path.so wrote (agent/tcg/exit-path.h). The file is hostile: whatever is in it,
 * every pointer handed out lies within what was read.
 *
 *	CLEANUP(path_file_release) struct path_file file = { 0 };
 *	rc = path_file_read(path, &file, err);
 *	for (size_t i = 0; i < file.count; i++) ... file.keys[i].paths[0].pcs ...
 *
 * The struct owns everything. A key's paths are in the file's order, the most frequent first.
 */
#ifndef RUNWAY_AGENT_PATH_FILE_H
#define RUNWAY_AGENT_PATH_FILE_H

#include <stddef.h>

#include "agent/tcg/exit-path.h"
#include "lib/buf.h"
#include "lib/err.h"

struct path_file_path {
	struct exit_path_record totals;
	const uint64_t *pcs;		      /* totals.pcs of them: totals.length, or none */
	const struct exit_path_store *stores; /* totals.stores of them, in order of index */
};

struct path_file_key {
	struct exit_path_key totals;
	struct path_file_path *paths; /* totals.paths of them */
};

struct path_file {
	struct exit_path_header totals;
	struct path_file_key *keys;
	size_t count;
	struct buf content;
};

/* -EINVAL when it is not such a file, is cut short, or its counts contradict each other. */
int path_file_read(const char *path, struct path_file *ret_file, struct err *err);
void path_file_release(struct path_file *file);

#endif
