// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/sha256.h"

#define SUMS_MAX_BYTES (1 << 20)

static int fail(struct bundle *bundle, struct err *err)
{
	int number = archive_errno(bundle->archive);
	const char *why = archive_error_string(bundle->archive);

	return err_set(err, number > 0 ? -number : -EIO, "Cannot write %s: %s.",
		       bundle->path ? bundle->path : "the archive", why ? why : "unknown reason");
}

int bundle_begin(const char *path, const char *folder, time_t when, struct bundle *ret_bundle,
		 struct err *err)
{
	bool to_output = !strcmp(path, "-");
	struct bundle bundle = {
		.archive = archive_write_new(),
		.path = to_output ? NULL : xstrdup(path),
		.unfinished = to_output ? NULL : xasprintf("%s.unfinished", path),
		.folder = xstrdup(folder),
		.when = when,
		.sums = BUF_INIT(SUMS_MAX_BYTES),
	};
	int rc = archive_write_set_format_ustar(bundle.archive);

	if (!rc)
		rc = archive_write_add_filter_gzip(bundle.archive);
	/* Pipes get no padding that files do not get. */
	if (!rc)
		rc = archive_write_set_bytes_in_last_block(bundle.archive, 1);
	/* The time of packing would make two of the same differ. */
	if (!rc)
		rc = archive_write_set_filter_option(bundle.archive, "gzip", "timestamp", NULL);
	if (!rc && to_output)
		rc = archive_write_open_fd(bundle.archive, STDOUT_FILENO);
	else if (!rc)
		rc = archive_write_open_filename(bundle.archive, bundle.unfinished);
	if (rc != ARCHIVE_OK) {
		rc = fail(&bundle, err);
		bundle_release(&bundle);
		return rc;
	}
	*ret_bundle = bundle;
	return 0;
}

/* Names come from a server: what is unpacked must stay below the folder. */
static bool is_plain(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-/";

	return *name && *name != '/' && !strstr(name, "..") && !strstr(name, "//") &&
	       !name[strspn(name, allowed)];
}

int bundle_add(struct bundle *bundle, const char *name, const void *data, size_t bytes, mode_t mode,
	       struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/%s", bundle->folder, name);
	struct archive_entry *entry;
	char hex[SHA256_HEX_BYTES];
	int rc;

	if (!is_plain(name))
		return err_set(err, -EINVAL,
			       "The server has a name that cannot be a file's: %.80s.", name);
	entry = archive_entry_new();
	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, mode);
	archive_entry_set_size(entry, (int64_t)bytes);
	archive_entry_set_mtime(entry, bundle->when, 0);
	rc = archive_write_header(bundle->archive, entry);
	archive_entry_free(entry);
	if (rc != ARCHIVE_OK ||
	    archive_write_data(bundle->archive, data, bytes) != (la_ssize_t)bytes)
		return fail(bundle, err);
	sha256_bytes(data, bytes, hex);
	bundle->count++;
	return buf_printf(&bundle->sums, "%s  %s\n", hex, name) < 0
		       ? err_set(err, -EFBIG, "There are too many files for one archive.")
		       : 0;
}

int bundle_end(struct bundle *bundle, struct err *err)
{
	CLEANUP(buf_release) struct buf sums = bundle->sums;
	int rc;

	bundle->sums = BUF_INIT(SUMS_MAX_BYTES);
	rc = bundle_add(bundle, "SHA256SUMS", sums.data, sums.length, 0644, err);
	if (rc < 0)
		return rc;
	if (archive_write_close(bundle->archive) != ARCHIVE_OK)
		return fail(bundle, err);
	if (bundle->path && rename(bundle->unfinished, bundle->path) < 0)
		return err_sys(err, -errno, "Cannot write %s", bundle->path);
	free(bundle->unfinished);
	bundle->unfinished = NULL;
	return 0;
}

void bundle_release(struct bundle *bundle)
{
	if (!bundle->archive)
		return;
	archive_write_free(bundle->archive);
	if (bundle->unfinished)
		unlink(bundle->unfinished);
	free(bundle->unfinished);
	free(bundle->path);
	free(bundle->folder);
	buf_release(&bundle->sums);
	*bundle = (struct bundle){ 0 };
}
