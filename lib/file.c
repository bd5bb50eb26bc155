// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

int file_read(const char *path, struct buf *buf, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[65536];
	ssize_t got;

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s", path);
	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, -errno, "Cannot read %s", path);
		if (buf_append(buf, chunk, (size_t)got) < 0)
			return err_set(err, -EFBIG, "%s is larger than the %zu bytes allowed.",
				       path, buf->max_bytes);
	}
	return 0;
}

int file_read_line(const char *path, char *ret_line, size_t bytes, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(65536);
	int rc = file_read(path, &text, err);
	size_t length;

	if (rc < 0)
		return rc;
	length = strcspn(text.data, "\n");
	if (length >= bytes)
		return err_set(err, -EFBIG, "The first line of %s is longer than %zu bytes.", path,
			       bytes - 1);
	memcpy(ret_line, text.data, length);
	ret_line[length] = '\0';
	return 0;
}

int file_write_all(int fd, const void *data, size_t bytes)
{
	const char *from = data;

	while (bytes) {
		ssize_t put = write(fd, from, bytes);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		from += put;
		bytes -= (size_t)put;
	}
	return 0;
}

static int sync_folder_of(const char *path)
{
	CLEANUP(free_ptr) char *copy = xstrdup(path);
	CLEANUP(close_fd) int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

int file_write(const char *path, const void *data, size_t bytes, mode_t mode, struct err *err)
{
	CLEANUP(free_ptr) char *temporary = xasprintf("%s.XXXXXX", path);
	CLEANUP(close_fd) int fd = mkostemp(temporary, O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(err, -errno, "Cannot create a file beside %s", path);
	rc = file_write_all(fd, data, bytes);
	if (!rc && (fchmod(fd, mode) < 0 || fsync(fd) < 0 || rename(temporary, path) < 0))
		rc = -errno;
	if (rc < 0) {
		unlink(temporary);
		return err_sys(err, rc, "Cannot write %s", path);
	}
	rc = sync_folder_of(path);
	return rc < 0 ? err_sys(err, rc, "Cannot sync the folder of %s", path) : 0;
}

int file_open_beneath(const char *folder, const char *path, struct err *err)
{
	CLEANUP(close_fd) int base = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	int fd;

	if (base < 0)
		return err_sys(err, -errno, "Cannot open the folder %s", folder);
	fd = (int)syscall(SYS_openat2, base, path, &how, sizeof(how));
	if (fd < 0 && errno == ELOOP)
		return err_set(err, -ELOOP, "%s is or passes through a symbolic link.", path);
	return fd < 0 ? err_sys(err, -errno, "Cannot open %s", path) : fd;
}

int file_copy_fd(int from, const char *to, mode_t mode, size_t max_bytes, struct err *err)
{
	CLEANUP(close_fd) int out = -1;
	struct stat status;
	char chunk[65536];
	size_t total = 0;
	ssize_t got;
	int rc;

	if (fstat(from, &status) < 0 || !S_ISREG(status.st_mode))
		return err_set(err, -EINVAL, "What should become %s is no regular file.", to);
	if ((uintmax_t)status.st_size > max_bytes)
		return err_set(err, -EFBIG, "What should become %s has %jd bytes; %zu are allowed.",
			       to, (intmax_t)status.st_size, max_bytes);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (out < 0)
		return err_sys(err, -errno, "Cannot create %s", to);
	if (ioctl(out, FICLONE, from) == 0)
		return 0;
	while ((got = read(from, chunk, sizeof(chunk))) > 0) {
		total += (size_t)got;
		rc = total > max_bytes ? -EFBIG : file_write_all(out, chunk, (size_t)got);
		if (rc < 0)
			return err_sys(err, rc, "Cannot write %s", to);
	}
	return got < 0 ? err_sys(err, -errno, "Cannot read what should become %s", to) : 0;
}

int file_copy(const char *from, const char *to, mode_t mode, struct err *err)
{
	CLEANUP(close_fd) int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (in < 0)
		return err_sys(err, -errno, "Cannot open %s", from);
	return file_copy_fd(in, to, mode, SIZE_MAX, err);
}

int file_make_folder(const char *path, mode_t mode, struct err *err)
{
	CLEANUP(free_ptr) char *copy = xstrdup(path);

	for (char *slash = strchr(copy + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(copy, mode) < 0 && errno != EEXIST)
			return err_sys(err, -errno, "Cannot create the folder %s", copy);
		if (!slash)
			return 0;
		*slash = '/';
	}
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)where;
	return (type == FTW_DP || type == FTW_DNR ? rmdir(path) : unlink(path)) < 0 ? -errno : 0;
}

int file_remove_tree(const char *path, struct err *err)
{
	struct stat status;
	int rc;

	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : err_sys(err, -errno, "Cannot look at %s", path);
	rc = nftw(path, remove_entry, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	if (rc == -1)
		rc = -errno;
	return rc < 0 ? err_sys(err, rc, "Cannot remove %s", path) : 0;
}
