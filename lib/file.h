/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files: whole reads with a bound, atomic durable writes, trees.
 */
#ifndef RUNWAY_LIB_FILE_H
#define RUNWAY_LIB_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Appends the file to buf; -EFBIG when it does not fit. Works for /proc files, whose size reads 0.
 */
int file_read(const char *path, struct buf *buf, struct err *err);

/* First line without its newline; for sysfs and procfs values. */
int file_read_line(const char *path, char *ret_line, size_t bytes, struct err *err);

/* Writes a temporary file beside path, fsyncs, renames over path, fsyncs the folder. */
int file_write(const char *path, const void *data, size_t bytes, mode_t mode, struct err *err);

/*
 * Opens folder/path for reading without following any symbolic link below folder and without
 * leaving it: for folders that a hostile build wrote. Returns the descriptor or a negative errno.
 */
int file_open_beneath(const char *folder, const char *path, struct err *err);

/* Copies a regular file (reflink where the file system can), with the mode given. */
int file_copy(const char *from, const char *to, mode_t mode, struct err *err);

/* The same from a descriptor; -EFBIG past max_bytes, -EINVAL for what is no regular file. */
int file_copy_fd(int from, const char *to, mode_t mode, size_t max_bytes, struct err *err);

/* mkdir -p. */
int file_make_folder(const char *path, mode_t mode, struct err *err);

/* rm -rf that never follows a symbolic link; a missing path is no error. */
int file_remove_tree(const char *path, struct err *err);

/* Writes all bytes or fails with a negative errno. */
int file_write_all(int fd, const void *data, size_t bytes);

#endif
