// SPDX-License-Identifier: GPL-2.0-or-later
/* The work tree against a tree, file by file; also the first checkout. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/git.h"
#include "agent/worktree.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define DEPTH_MAX 64
#define READ_MAX_BYTES (1 << 30)

struct verify {
	const struct worktree *worktree;
	const struct worktree_times *times;
	struct err *err;
};

/* One folder of the walk; base NULL when the base has no such folder. */
struct place {
	int fd;
	const char *path; /* "" at the top */
	git_tree *tree, *base;
	unsigned depth;
};

static char *below(const struct place *place, const char *name)
{
	return *place->path ? xasprintf("%s/%s", place->path, name) : xstrdup(name);
}

/* A file, or a folder with all that is in it; its parents were seen to be folders. */
static int remove_stray(const struct verify *verify, const struct place *place, const char *name)
{
	if (unlinkat(place->fd, name, 0) == 0 || errno == ENOENT)
		return 0;

	CLEANUP(free_ptr) char *path = below(place, name);
	CLEANUP(free_ptr) char *full = xasprintf("%s/%s", verify->worktree->path, path);

	return file_remove_tree(full, verify->err);
}

static int remove_strays(const struct verify *verify, const struct place *place)
{
	CLEANUP(close_fd) int copy = openat(place->fd, ".", FOLDER_FLAGS);
	CLEANUP(close_dir) DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	int rc = 0;

	if (!folder)
		return err_sys(verify->err, -errno, "Cannot read %s/%s", verify->worktree->path,
			       place->path);
	copy = -1; /* the stream's now */
	while (!rc && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    !git_tree_entry_byname(place->tree, entry->d_name))
			rc = remove_stray(verify, place, entry->d_name);
	}
	return rc;
}

static bool link_is(int folder, const char *name, size_t bytes, const git_oid *id)
{
	char target[PATH_MAX];
	git_oid found;

	return bytes < sizeof(target) &&
	       readlinkat(folder, name, target, sizeof(target)) == (ssize_t)bytes &&
	       git_odb_hash(&found, target, bytes, GIT_OBJECT_BLOB) == 0 &&
	       git_oid_equal(&found, id);
}

static bool content_is(int folder, const char *name, size_t bytes, const git_oid *id)
{
	CLEANUP(close_fd) int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(free_ptr) char *data = NULL;
	git_oid found;
	size_t have = 0;

	if (fd < 0 || bytes > READ_MAX_BYTES)
		return false;
	data = xmalloc(bytes);
	while (have < bytes) {
		ssize_t got = read(fd, data + have, bytes - have);

		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return git_odb_hash(&found, data, bytes, GIT_OBJECT_BLOB) == 0 && git_oid_equal(&found, id);
}

/* Kind, permissions and content; the link count, because a hard link may be written elsewhere. */
static bool file_is(int folder, const char *name, const struct stat *status,
		    const struct worktree_file *file)
{
	size_t bytes = (size_t)status->st_size;

	if (file->mode == GIT_FILEMODE_LINK)
		return S_ISLNK(status->st_mode) && link_is(folder, name, bytes, &file->id);
	return S_ISREG(status->st_mode) && status->st_nlink == 1 &&
	       (status->st_mode & 07777) ==
		       (file->mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644) &&
	       content_is(folder, name, bytes, &file->id);
}

static int64_t mtime_ns(const struct stat *status)
{
	return (int64_t)status->st_mtim.tv_sec * 1000000000 + status->st_mtim.tv_nsec;
}

static int verify_file(const struct verify *verify, const struct place *place,
		       const git_tree_entry *entry)
{
	const struct worktree_times *times = verify->times;
	const char *name = git_tree_entry_name(entry);
	const git_tree_entry *base = place->base ? git_tree_entry_byname(place->base, name) : NULL;
	bool as_base = base && git_oid_equal(git_tree_entry_id(base), git_tree_entry_id(entry)) &&
		       git_tree_entry_filemode(base) == git_tree_entry_filemode(entry);
	CLEANUP(free_ptr) char *path = below(place, name);
	struct worktree_file file = { .path = path,
				      .id = *git_tree_entry_id(entry),
				      .mode = git_tree_entry_filemode(entry) };
	int64_t time_ns = as_base ? times->base_ns : times->changed_ns;
	struct stat status;
	int rc = 0;

	if (fstatat(place->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		if (file_is(place->fd, name, &status, &file)) {
			/*
			 * Also a changed file that is right: where its time comes from is not
			 * known, and one too new costs a compilation, one too old a wrong result.
			 */
			if (mtime_ns(&status) == time_ns)
				return 0;
			rc = worktree_set_time_at(place->fd, name, time_ns);
			return rc < 0 ? err_sys(verify->err, rc, "Cannot set the time of %s", path)
				      : 0;
		}
		rc = remove_stray(verify, place, name);
	}
	return rc < 0 ? rc
		      : worktree_write_at(verify->worktree, place->fd, name, &file, time_ns,
					  verify->err);
}

static int verify_folder(const struct verify *verify, const struct place *place);

static int verify_below(const struct verify *verify, const struct place *place,
			const git_tree_entry *entry)
{
	git_repository *repository = verify->worktree->repository;
	const char *name = git_tree_entry_name(entry);
	const git_tree_entry *base = place->base ? git_tree_entry_byname(place->base, name) : NULL;
	CLEANUP(git_free_tree) git_tree *tree = NULL;
	CLEANUP(git_free_tree) git_tree *base_tree = NULL;
	CLEANUP(free_ptr) char *path = below(place, name);
	CLEANUP(close_fd) int fd = openat(place->fd, name, FOLDER_FLAGS);
	int rc = 0;

	if (git_tree_lookup(&tree, repository, git_tree_entry_id(entry)) < 0)
		return git_failed(verify->err, "Cannot read %s from the repository", path);
	if (base && git_tree_entry_type(base) == GIT_OBJECT_TREE &&
	    git_tree_lookup(&base_tree, repository, git_tree_entry_id(base)) < 0)
		return git_failed(verify->err, "Cannot read %s from the repository", path);
	if (fd < 0) {
		if (errno != ENOENT)
			rc = remove_stray(verify, place, name);
		if (rc < 0)
			return rc;
		if (mkdirat(place->fd, name, 0755) < 0 ||
		    (fd = openat(place->fd, name, FOLDER_FLAGS)) < 0)
			return err_sys(verify->err, -errno, "Cannot make the folder %s", path);
	}

	struct place inside = {
		.fd = fd, .path = path, .tree = tree, .base = base_tree, .depth = place->depth + 1
	};

	return verify_folder(verify, &inside);
}

static int verify_folder(const struct verify *verify, const struct place *place)
{
	int rc = remove_strays(verify, place);

	if (place->depth > DEPTH_MAX)
		return err_set(verify->err, -ELOOP,
			       "Folders nest deeper than %d in the tree at %s.", DEPTH_MAX,
			       place->path);
	for (size_t i = 0; !rc && i < git_tree_entrycount(place->tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(place->tree, i);

		if (!worktree_name_is_safe(git_tree_entry_name(entry)))
			rc = err_set(verify->err, -EPERM,
				     "The tree has a file named \"%.100s\" in %s.",
				     git_tree_entry_name(entry), place->path);
		else if (git_tree_entry_type(entry) == GIT_OBJECT_TREE)
			rc = verify_below(verify, place, entry);
		else
			rc = verify_file(verify, place, entry);
	}
	return rc;
}

int worktree_verify(const struct worktree *worktree, const git_oid *tree_id, const git_oid *base_id,
		    const struct worktree_times *times, struct err *err)
{
	CLEANUP(git_free_tree) git_tree *tree = NULL;
	CLEANUP(git_free_tree) git_tree *base = NULL;
	struct verify verify = { .worktree = worktree, .times = times, .err = err };

	if (git_tree_lookup(&tree, worktree->repository, tree_id) < 0 ||
	    git_tree_lookup(&base, worktree->repository, base_id) < 0)
		return git_failed(err, "Cannot read the variant's tree");

	struct place top = { .fd = worktree->fd, .path = "", .tree = tree, .base = base };

	return verify_folder(&verify, &top);
}
