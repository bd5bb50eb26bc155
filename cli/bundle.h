/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A .tar.gz under way: files in one folder, and at its end SHA256SUMS of all of them.
 *
 *	CLEANUP(bundle_release) struct bundle bundle = { 0 };
 *	rc = bundle_begin("out.tar.gz", "runway-campaign-1", when, &bundle, err);
 *	rc = bundle_add(&bundle, "ranking.json", data, bytes, 0644, err);
 *	rc = bundle_end(&bundle, err);		// until then the file has another name
 *
 * The same content at the same time gives the same bytes.
 */
#ifndef RUNWAY_CLI_BUNDLE_H
#define RUNWAY_CLI_BUNDLE_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/err.h"

struct archive;

struct bundle {
	struct archive *archive;
	char *path, *unfinished; /* NULL: standard output */
	char *folder;
	time_t when; /* of every file in it */
	struct buf sums;
	size_t count;
};

/* path "-": standard output. */
int bundle_begin(const char *path, const char *folder, time_t when, struct bundle *ret_bundle,
		 struct err *err);
/* name: below the folder, with plain characters and no ".." in it: -EINVAL else. */
int bundle_add(struct bundle *bundle, const char *name, const void *data, size_t bytes, mode_t mode,
	       struct err *err);
int bundle_end(struct bundle *bundle, struct err *err);
void bundle_release(struct bundle *bundle); /* removes what was not ended */

#endif
