// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/source.h"

#include <errno.h>
#include <fcntl.h>
#include <git2/sys/odb_backend.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/git.h"
#include "agent/source-internal.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define REV_MAX_BYTES 200

static void free_source(struct source *source)
{
	git_repository_free(source->store);
	git_repository_free(source->base);
	close_fd(&source->worktree.fd);
	close_fd(&source->lock_fd);
	free(source->base_path);
	free(source->state_path);
	free(source->worktree_path);
	free(source);
	git_libgit2_shutdown();
}

void source_close(struct source **source)
{
	if (*source)
		free_source(*source);
	*source = NULL;
}

static int take_lock(struct source *source, const char *folder, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/lock", folder);

	source->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (source->lock_fd < 0)
		return err_sys(err, -errno, "Cannot create %s", path);
	if (flock(source->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(
			err, -EBUSY,
			"Another program uses the source folder %s. Give each agent its own.",
			folder);
	return 0;
}

static int open_base(struct source *source, const char *repository, struct err *err)
{
	char real[PATH_MAX];

	if (!realpath(repository, real))
		return err_sys(err, -errno, "Cannot open the base repository %s", repository);
	if (git_repository_open_ext(&source->base, real, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) < 0)
		return git_failed(err, "Cannot open the base repository %s", repository);
	source->base_path = xstrdup(real);
	return 0;
}

/*
 * Storing an object that is there already "freshens" it: libgit2 sets the time of its file, in an
 * alternate too. Without that function it only looks whether the object is there.
 */
static int forbid_freshening(git_repository *store, struct err *err)
{
	CLEANUP(git_free_odb) git_odb *objects = NULL;
	git_odb_backend *backend;

	if (git_repository_odb(&objects, store) < 0)
		return git_failed(err, "Cannot open the object store");
	for (size_t i = 0; i < git_odb_num_backends(objects); i++) {
		if (git_odb_get_backend(&backend, objects, i) < 0)
			return git_failed(err, "Cannot open the object store");
		backend->freshen = NULL;
	}
	return 0;
}

/* A bare repository whose only own objects are those of variants; everything else is borrowed. */
static int open_store(struct source *source, const char *folder, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/store.git", folder);
	CLEANUP(free_ptr) char *alternates = xasprintf("%s/objects/info/alternates", path);
	CLEANUP(free_ptr) char *info = xasprintf("%s/objects/info", path);
	const char *common = git_repository_commondir(source->base);
	CLEANUP(free_ptr) char *line = xasprintf("%sobjects\n", common);
	CLEANUP(git_free_repository) git_repository *made = NULL;
	int rc;

	if (git_repository_init(&made, path, 1) < 0)
		return git_failed(err, "Cannot make the object store %s", path);
	rc = file_make_folder(info, 0755, err);
	if (!rc)
		rc = file_write(alternates, line, strlen(line), 0644, err);
	if (rc < 0)
		return rc;
	/* Opened again: alternates are read once. */
	if (git_repository_open(&source->store, path) < 0)
		return git_failed(err, "Cannot open the object store %s", path);
	return forbid_freshening(source->store, err);
}

static int open_worktree(struct source *source, struct err *err)
{
	int rc = file_make_folder(source->worktree_path, 0755, err);

	if (rc < 0)
		return rc;
	source->worktree.fd =
		open(source->worktree_path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (source->worktree.fd < 0)
		return err_sys(err, -errno, "Cannot open the work tree %s", source->worktree_path);
	source->worktree.path = source->worktree_path;
	source->worktree.repository = source->store;
	return 0;
}

int source_open(const char *repository, const char *folder, struct source **ret_source,
		struct err *err)
{
	CLEANUP(source_close) struct source *source = xcalloc(1, sizeof(*source));
	char real[PATH_MAX];
	int rc;

	source->lock_fd = source->worktree.fd = -1;
	git_set_up();
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	rc = file_make_folder(folder, 0755, err);
	if (rc < 0)
		return rc;
	if (!realpath(folder, real))
		return err_sys(err, -errno, "Cannot open %s", folder);
	source->worktree_path = xasprintf("%s/tree", real);
	source->state_path = xasprintf("%s/state", real);
	rc = take_lock(source, real, err);
	if (!rc)
		rc = open_base(source, repository, err);
	if (!rc)
		rc = open_store(source, real, err);
	if (!rc)
		rc = open_worktree(source, err);
	if (rc < 0)
		return rc;
	source_state_read(source->state_path, &source->state);
	*ret_source = TAKE(source);
	return 0;
}

const char *source_worktree(const struct source *source)
{
	return source->worktree_path;
}

/* A rev comes with a request: names, hashes, ~ and ^, but no searches through the history. */
static bool rev_is_plain(const char *rev)
{
	return *rev && *rev != '-' && strlen(rev) <= REV_MAX_BYTES &&
	       strspn(rev, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			   "._/+-~^") == strlen(rev);
}

int source_base(struct source *source, const char *rev, struct source_variant *ret_base,
		struct err *err)
{
	CLEANUP(git_free_object) git_object *object = NULL;
	CLEANUP(git_free_object) git_object *commit = NULL;
	CLEANUP(git_free_commit) git_commit *stored = NULL;
	struct source_variant base;

	if (!rev_is_plain(rev))
		return err_set(err, -ENOENT,
			       "\"%.100s\" is no name of a commit. Give a tag, a branch or a hash.",
			       rev);
	if (git_revparse_single(&object, source->base, rev) < 0 ||
	    git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0)
		return err_set(err, -ENOENT,
			       "The repository %s has no commit \"%s\". Fetch it there, or name "
			       "another base.",
			       source->base_path, rev);
	if (git_commit_lookup(&stored, source->store, git_object_id(commit)) < 0)
		return git_failed(err, "Cannot read the commit \"%s\"", rev);
	git_oid_tostr(base.commit, sizeof(base.commit), git_commit_id(stored));
	git_oid_tostr(base.tree, sizeof(base.tree), git_commit_tree_id(stored));
	memcpy(base.base_tree, base.tree, sizeof(base.base_tree));
	*ret_base = base;
	return 0;
}
