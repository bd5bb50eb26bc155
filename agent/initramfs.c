// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

struct initramfs {
	FILE *file;
	char *path;
	unsigned entries; /* the next inode number */
};

int initramfs_create(const char *path, struct initramfs **ret_archive, struct err *err)
{
	FILE *file = fopen(path, "we");
	struct initramfs *archive;

	if (!file)
		return err_sys(err, -errno, "Cannot create %s", path);
	archive = xcalloc(1, sizeof(*archive));
	archive->file = file;
	archive->path = xstrdup(path);
	*ret_archive = archive;
	return 0;
}

void initramfs_close(struct initramfs **archive)
{
	if (!*archive)
		return;
	close_file(&(*archive)->file);
	free((*archive)->path);
	free(*archive);
	*archive = NULL;
}

/* Header and name, then data, are each padded to four bytes. */
static void put_padded(FILE *file, const void *data, size_t bytes, size_t before)
{
	static const char zeros[4];

	if (bytes)
		fwrite(data, 1, bytes, file);
	fwrite(zeros, 1, (4 - (before + bytes) % 4) % 4, file);
}

struct entry {
	const char *name;
	mode_t mode; /* with the type */
	unsigned major_number, minor_number;
	const void *data;
	size_t bytes;
};

static int put_entry(struct initramfs *archive, const struct entry *entry, struct err *err)
{
	size_t name_bytes = strlen(entry->name) + 1;
	int header;

	header = fprintf(
		archive->file, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		archive->entries++, (unsigned)entry->mode, 0u, 0u, 1u, 0u, (unsigned)entry->bytes,
		0u, 0u, entry->major_number, entry->minor_number, (unsigned)name_bytes, 0u);
	put_padded(archive->file, entry->name, name_bytes, header > 0 ? (size_t)header : 0);
	put_padded(archive->file, entry->data, entry->bytes, 0);
	if (ferror(archive->file))
		return err_set(err, -EIO, "Cannot write %s; is the disk full?", archive->path);
	return 0;
}

int initramfs_folder(struct initramfs *archive, const char *name, struct err *err)
{
	return put_entry(archive, &(struct entry){ .name = name, .mode = S_IFDIR | 0755 }, err);
}

int initramfs_data(struct initramfs *archive, const char *name, const void *data, size_t bytes,
		   mode_t mode, struct err *err)
{
	struct entry entry = { .name = name, .mode = S_IFREG | mode, .data = data, .bytes = bytes };

	return put_entry(archive, &entry, err);
}

int initramfs_file(struct initramfs *archive, const char *name, const char *from, mode_t mode,
		   struct err *err)
{
	CLEANUP(buf_release) struct buf content = BUF_INIT(INITRAMFS_FILE_MAX_BYTES);
	int rc = file_read(from, &content, err);

	return rc < 0 ? rc : initramfs_data(archive, name, content.data, content.length, mode, err);
}

int initramfs_link(struct initramfs *archive, const char *name, const char *target, struct err *err)
{
	struct entry entry = {
		.name = name, .mode = S_IFLNK | 0777, .data = target, .bytes = strlen(target)
	};

	return put_entry(archive, &entry, err);
}

int initramfs_device(struct initramfs *archive, const char *name, unsigned major_number,
		     unsigned minor_number, mode_t mode, struct err *err)
{
	struct entry entry = { .name = name,
			       .mode = S_IFCHR | mode,
			       .major_number = major_number,
			       .minor_number = minor_number };

	return put_entry(archive, &entry, err);
}

int initramfs_finish(struct initramfs *archive, struct err *err)
{
	int rc = put_entry(archive, &(struct entry){ .name = "TRAILER!!!" }, err);

	if (!rc && fflush(archive->file))
		return err_sys(err, -errno, "Cannot write %s", archive->path);
	return rc;
}
