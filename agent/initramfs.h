/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes an initramfs: a cpio archive in the "newc" format, not compressed, since an emulated CPU
 * would spend longer on unpacking it than the disk on reading it. Owner is root, times are 0: equal
 * content gives equal bytes.
 *
 *	CLEANUP(initramfs_close) struct initramfs *archive = NULL;
 *	rc = initramfs_create(path, &archive, err);
 *	rc = initramfs_folder(archive, "bin", err);
 *	rc = initramfs_file(archive, "bin/busybox", "/bin/busybox", 0755, err);
 *	rc = initramfs_finish(archive, err);		// without it the archive is not complete
 *
 * Names are relative, without a leading slash; a folder comes before what is in it.
 */
#ifndef RUNWAY_AGENT_INITRAMFS_H
#define RUNWAY_AGENT_INITRAMFS_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"

/* The most that one file copied in may have. */
#define INITRAMFS_FILE_MAX_BYTES (64 << 20)

struct initramfs;

int initramfs_create(const char *path, struct initramfs **ret_archive, struct err *err);
void initramfs_close(struct initramfs **archive);

int initramfs_folder(struct initramfs *archive, const char *name, struct err *err);
/* A copy of the regular file at from. */
int initramfs_file(struct initramfs *archive, const char *name, const char *from, mode_t mode,
		   struct err *err);
int initramfs_data(struct initramfs *archive, const char *name, const void *data, size_t bytes,
		   mode_t mode, struct err *err);
int initramfs_link(struct initramfs *archive, const char *name, const char *target,
		   struct err *err);
/* A character device. */
int initramfs_device(struct initramfs *archive, const char *name, unsigned major_number,
		     unsigned minor_number, mode_t mode, struct err *err);
int initramfs_finish(struct initramfs *archive, struct err *err);

#endif
