// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/worktree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/git.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

bool worktree_name_is_safe(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       strcasecmp(name, ".git") != 0 && !strchr(name, '/');
}

/* Opens the folder that path is in, and says where its name begins. */
static int open_parent(const struct worktree *worktree, const char *path, bool make,
		       const char **ret_name)
{
	CLEANUP(close_fd) int folder = openat(worktree->fd, ".", FOLDER_FLAGS);
	const char *name = path, *slash;

	if (folder < 0)
		return -errno;
	while ((slash = strchr(name, '/'))) {
		CLEANUP(free_ptr) char *part = xstrndup(name, (size_t)(slash - name));
		CLEANUP(close_fd) int next = -1;

		if (!worktree_name_is_safe(part))
			return -EPERM;
		next = openat(folder, part, FOLDER_FLAGS);
		if (next < 0 && errno == ENOENT && make) {
			if (mkdirat(folder, part, 0755) < 0)
				return -errno;
			next = openat(folder, part, FOLDER_FLAGS);
		}
		if (next < 0)
			return -errno;
		close(folder);
		folder = TAKE_FD(next);
		name = slash + 1;
	}
	if (!worktree_name_is_safe(name))
		return -EPERM;
	*ret_name = name;
	return TAKE_FD(folder);
}

static struct timespec to_timespec(int64_t time_ns)
{
	return (struct timespec){ .tv_sec = time_ns / 1000000000, .tv_nsec = time_ns % 1000000000 };
}

int worktree_set_time_at(int folder, const char *name, int64_t time_ns)
{
	struct timespec times[2] = { to_timespec(time_ns), to_timespec(time_ns) };

	return utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int write_plain(int folder, const char *name, git_blob *blob, bool executable,
		       int64_t time_ns)
{
	struct timespec times[2] = { to_timespec(time_ns), to_timespec(time_ns) };
	CLEANUP(close_fd)
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc;

	if (fd < 0)
		return -errno;
	rc = file_write_all(fd, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	if (rc < 0)
		return rc;
	if (fchmod(fd, executable ? 0755 : 0644) < 0 || futimens(fd, times) < 0)
		return -errno;
	return 0;
}

static int write_link(int folder, const char *name, git_blob *blob, int64_t time_ns)
{
	size_t bytes = (size_t)git_blob_rawsize(blob);
	CLEANUP(free_ptr) char *target = NULL;

	if (!bytes || bytes >= PATH_MAX)
		return -ENAMETOOLONG;
	target = xstrndup(git_blob_rawcontent(blob), bytes);
	if (symlinkat(target, folder, name) < 0)
		return -errno;
	return worktree_set_time_at(folder, name, time_ns);
}

int worktree_write_at(const struct worktree *worktree, int folder, const char *name,
		      const struct worktree_file *file, int64_t time_ns, struct err *err)
{
	CLEANUP(git_free_blob) git_blob *blob = NULL;
	int rc;

	if (file->mode == GIT_FILEMODE_COMMIT) {
		if (mkdirat(folder, name, 0755) < 0 && errno != EEXIST)
			return err_sys(err, -errno, "Cannot make %s/%s", worktree->path,
				       file->path);
		return 0;
	}
	if (git_blob_lookup(&blob, worktree->repository, &file->id) < 0)
		return git_failed(err, "Cannot read %s from the repository", file->path);
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		rc = -errno;
	else if (file->mode == GIT_FILEMODE_LINK)
		rc = write_link(folder, name, blob, time_ns);
	else
		rc = write_plain(folder, name, blob, file->mode == GIT_FILEMODE_BLOB_EXECUTABLE,
				 time_ns);
	return rc < 0 ? err_sys(err, rc, "Cannot write %s/%s", worktree->path, file->path) : 0;
}

int worktree_write(const struct worktree *worktree, const struct worktree_file *file,
		   int64_t time_ns, struct err *err)
{
	const char *name = file->path;
	CLEANUP(close_fd) int folder = open_parent(worktree, file->path, true, &name);

	if (folder < 0)
		return err_sys(err, folder, "Cannot open the folder of %s/%s", worktree->path,
			       file->path);
	return worktree_write_at(worktree, folder, name, file, time_ns, err);
}

int worktree_set_time(const struct worktree *worktree, const char *path, int64_t time_ns,
		      struct err *err)
{
	const char *name = path;
	CLEANUP(close_fd) int folder = open_parent(worktree, path, false, &name);
	int rc = folder < 0 ? folder : worktree_set_time_at(folder, name, time_ns);

	return rc < 0 ? err_sys(err, rc, "Cannot set the time of %s/%s", worktree->path, path) : 0;
}

/* From the innermost folder outwards, until one is not empty. */
static void prune(const struct worktree *worktree, const char *path)
{
	CLEANUP(free_ptr) char *folder_path = xstrdup(path);
	char *slash;

	while ((slash = strrchr(folder_path, '/'))) {
		const char *name = folder_path;

		*slash = '\0';

		CLEANUP(close_fd) int parent = open_parent(worktree, folder_path, false, &name);

		if (parent < 0 || unlinkat(parent, name, AT_REMOVEDIR) < 0)
			return;
	}
}

int worktree_remove(const struct worktree *worktree, const char *path, struct err *err)
{
	const char *name = path;
	CLEANUP(close_fd) int folder = open_parent(worktree, path, false, &name);
	int rc = folder < 0 ? folder : unlinkat(folder, name, 0) < 0 ? -errno : 0;

	if (rc < 0 && rc != -ENOENT)
		return err_sys(err, rc, "Cannot remove %s/%s", worktree->path, path);
	prune(worktree, path);
	return 0;
}
