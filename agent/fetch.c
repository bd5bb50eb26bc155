// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent/git.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/git-url.h"

#define HAVES_MAX 1024 /* of the base repository's refs: what the server may build on */
#define OBJECT_MAX_BYTES (64ull << 20) /* one file of a kernel's tree, unpacked */
#define WINDOW_BYTES (64ull << 20)     /* of packs, mapped at a time */
#define WINDOWS_MAX_BYTES (512ull << 20)

struct fetching {
	const struct fetch_want *want;
	git_repository *base;  /* only read */
	git_repository *store; /* ours, the base's objects as alternate */
	git_remote *remote;
	bool too_much;
	unsigned asked; /* for a key */
};

static void fetching_release(struct fetching *fetching)
{
	git_remote_free(fetching->remote);
	git_repository_free(fetching->store);
	git_repository_free(fetching->base);
	git_libgit2_shutdown();
}

void fetch_found_release(struct fetch_found *found)
{
	buf_release(&found->mbox);
}

static void set_up(const struct fetch_want *want)
{
	git_set_up();
	git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)want->most_objects);
	git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, (size_t)OBJECT_MAX_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)WINDOWS_MAX_BYTES);
	if (want->ca_file)
		git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, want->ca_file, NULL);
}

static int open_store(struct fetching *fetching, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/store.git", fetching->want->folder);
	CLEANUP(free_ptr) char *alternates = xasprintf("%s/objects/info/alternates", path);
	CLEANUP(free_ptr) char *info = xasprintf("%s/objects/info", path);
	CLEANUP(free_ptr) char *line = NULL;
	CLEANUP(git_free_repository) git_repository *made = NULL;
	int rc;

	if (git_repository_open_ext(&fetching->base, fetching->want->repository,
				    GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) < 0)
		return git_failed(err, "Cannot open the base repository");
	if (git_repository_init(&made, path, 1) < 0)
		return git_failed(err, "Cannot make a repository to fetch into");
	line = xasprintf("%sobjects\n", git_repository_commondir(fetching->base));
	rc = file_make_folder(info, 0755, err);
	if (!rc)
		rc = file_write(alternates, line, strlen(line), 0644, err);
	if (rc < 0)
		return rc;
	/* Opened again: alternates are read once. */
	if (git_repository_open(&fetching->store, path) < 0)
		return git_failed(err, "Cannot open the repository to fetch into");
	return 0;
}

/* The server leaves out what refs of ours lead to; only commits that are there may be named. */
static void add_have(struct fetching *fetching, const char *name, unsigned number)
{
	CLEANUP(git_free_reference) git_reference *made = NULL;
	CLEANUP(git_free_object) git_object *object = NULL;
	CLEANUP(git_free_object) git_object *commit = NULL;
	char ref[32];

	snprintf(ref, sizeof(ref), "refs/base/%u", number);
	if (git_revparse_single(&object, fetching->base, name) == 0 &&
	    git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0)
		git_reference_create(&made, fetching->store, ref, git_object_id(commit), 1, NULL);
}

static void add_haves(struct fetching *fetching)
{
	git_reference_iterator *iterator;
	unsigned count = 0;
	const char *name;

	add_have(fetching, "HEAD", count++);
	if (git_reference_iterator_new(&iterator, fetching->base) < 0)
		return;
	while (count < HAVES_MAX && git_reference_next_name(&name, iterator) == 0)
		add_have(fetching, name, count++);
	git_reference_iterator_free(iterator);
}

static int on_progress(const git_indexer_progress *progress, void *data)
{
	struct fetching *fetching = data;

	fetching->too_much |= progress->received_bytes > fetching->want->most_bytes ||
			      progress->total_objects > fetching->want->most_objects;
	return fetching->too_much ? -1 : 0;
}

/* The deploy key or nothing, once: asked a second time it was refused. */
static int on_credentials(git_credential **ret, const char *url, const char *user, unsigned types,
			  void *data)
{
	struct fetching *fetching = data;

	(void)url;
	if (types & GIT_CREDENTIAL_USERNAME)
		return git_credential_username_new(ret, "git");
	if (!(types & GIT_CREDENTIAL_SSH_KEY) || !fetching->want->ssh_key || fetching->asked++)
		return GIT_EAUTH;
	return git_credential_ssh_key_new(ret, user && *user ? user : "git", NULL,
					  fetching->want->ssh_key, NULL);
}

static void set_callbacks(struct fetching *fetching, git_remote_callbacks *callbacks)
{
	callbacks->transfer_progress = on_progress;
	callbacks->credentials = on_credentials;
	callbacks->payload = fetching;
}

static int transfer_failed(const struct fetching *fetching, const char *doing, struct err *err)
{
	if (fetching->too_much)
		return err_set(err, -EFBIG,
			       "The branch needs more than the %" PRIu64 " MiB or %" PRIu64
			       " objects that may be fetched. Is it on a base that the agent's "
			       "repository has?",
			       fetching->want->most_bytes >> 20, fetching->want->most_objects);
	return git_failed(err, "Cannot %s", doing);
}

static int connect_remote(struct fetching *fetching, struct err *err)
{
	git_remote_connect_options options;

	git_remote_connect_options_init(&options, GIT_REMOTE_CONNECT_OPTIONS_VERSION);
	set_callbacks(fetching, &options.callbacks);
	/* To another host, that is: who is allowed cannot send us to somebody who is not. */
	options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
	if (git_remote_create_anonymous(&fetching->remote, fetching->store, fetching->want->url) <
		    0 ||
	    git_remote_connect_ext(fetching->remote, GIT_DIRECTION_FETCH, &options) < 0)
		return transfer_failed(fetching, "reach the repository", err);
	return 0;
}

/* A branch, else a tag, else the whole name of a ref. */
static const git_remote_head *find_head(const git_remote_head **heads, size_t count,
					const char *name)
{
	static const char *const kinds[] = { "refs/heads/", "refs/tags/", "" };

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		CLEANUP(free_ptr) char *whole = xasprintf("%s%s", kinds[k], name);

		for (size_t i = 0; i < count; i++)
			if (!strcmp(heads[i]->name, whole))
				return heads[i];
	}
	return NULL;
}

static int download(struct fetching *fetching, char **specs, size_t count, struct err *err)
{
	git_fetch_options options;
	git_strarray list = { specs, count };

	git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
	set_callbacks(fetching, &options.callbacks);
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
	options.update_fetchhead = 0;
	if (git_remote_download(fetching->remote, &list, &options) < 0)
		return transfer_failed(fetching, "fetch the branch", err);
	return 0;
}

static int peel(struct fetching *fetching, const git_oid *id, git_oid *ret_commit)
{
	CLEANUP(git_free_object) git_object *object = NULL;
	CLEANUP(git_free_object) git_object *commit = NULL;

	if (git_object_lookup(&object, fetching->store, id, GIT_OBJECT_ANY) < 0 ||
	    git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0)
		return -ENOENT;
	*ret_commit = *git_object_id(commit);
	return 0;
}

/* A base that the remote does not advertise: the base repository's, or a commit that came along. */
static int find_own_base(struct fetching *fetching, const char *name, git_oid *ret_base,
			 struct err *err)
{
	CLEANUP(git_free_object) git_object *object = NULL;
	CLEANUP(git_free_object) git_object *commit = NULL;

	if (git_revparse_single(&object, fetching->base, name) < 0 &&
	    git_revparse_single(&object, fetching->store, name) < 0)
		return err_set(
			err, -ENOENT,
			"Neither that repository nor the agent's has the base \"%s\". Name a "
			"branch, tag or commit of one of them.",
			name);
	if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0)
		return err_set(err, -EINVAL, "The base \"%s\" is no commit.", name);
	*ret_base = *git_object_id(commit);
	return 0;
}

/* Both tips; what they are made of is in the store after this. */
static int fetch_tips(struct fetching *fetching, git_oid *ret_head, git_oid *ret_base,
		      struct err *err)
{
	const struct fetch_want *want = fetching->want;
	const git_remote_head **heads, *head, *base = NULL;
	CLEANUP(free_ptr) char *head_spec = NULL;
	CLEANUP(free_ptr) char *base_spec = NULL;
	git_oid head_id, base_id = { .id = "" };
	size_t count;
	int rc;

	if (git_remote_ls(&heads, &count, fetching->remote) < 0)
		return git_failed(err, "Cannot list the repository's branches");
	head = find_head(heads, count, want->ref);
	if (!head)
		return err_set(err, -ENOENT,
			       "The repository has no branch or tag \"%s\". Push it there first.",
			       want->ref);
	base = want->base ? find_head(heads, count, want->base) : NULL;
	head_spec = xasprintf("+%s:refs/runway/head", head->name);
	base_spec = base ? xasprintf("+%s:refs/runway/base", base->name) : NULL;
	head_id = head->oid;
	if (base)
		base_id = base->oid;
	rc = download(fetching, (char *[]){ head_spec, base_spec }, base ? 2 : 1, err);
	if (rc < 0)
		return rc;
	if (peel(fetching, &head_id, ret_head) < 0 ||
	    (base && peel(fetching, &base_id, ret_base) < 0))
		return err_set(err, -EINVAL, "The repository sent no commit for \"%s\".",
			       want->ref);
	return base ? 0 : find_own_base(fetching, want->base ? want->base : "HEAD", ret_base, err);
}

static int describe(struct fetching *fetching, const git_oid *base, const git_oid *head,
		    struct fetch_found *found, struct err *err)
{
	CLEANUP(git_free_commit) git_commit *commit = NULL;

	if (git_commit_lookup(&commit, fetching->store, base) < 0)
		return git_failed(err, "Cannot read the base");
	git_oid_tostr(found->base_commit, sizeof(found->base_commit), base);
	git_oid_tostr(found->base_tree, sizeof(found->base_tree), git_commit_tree_id(commit));
	git_oid_tostr(found->head, sizeof(found->head), head);
	return 0;
}

static int fetch(struct fetching *fetching, struct fetch_found *found, struct err *err)
{
	git_oid head, named, base;
	int rc = open_store(fetching, err);

	if (rc < 0)
		return rc;
	add_haves(fetching);
	rc = connect_remote(fetching, err);
	if (!rc)
		rc = fetch_tips(fetching, &head, &named, err);
	if (rc < 0)
		return rc;
	if (git_merge_base(&base, fetching->store, &head, &named) < 0)
		return err_set(err, -EINVAL,
			       "\"%s\" has no history in common with its base %s. Name the base it "
			       "was made on, or rebase it.",
			       fetching->want->ref,
			       fetching->want->base ? fetching->want->base : "(the agent's HEAD)");
	rc = describe(fetching, &base, &head, found, err);
	if (!rc)
		rc = fetch_mbox(fetching->store, &base, &head, &found->mbox, &found->commits, err);
	if (!rc && !found->commits)
		rc = err_set(err, -EINVAL, "\"%s\" has nothing over its base %.12s.",
			     fetching->want->ref, found->base_commit);
	return rc;
}

int fetch_branch(const struct fetch_want *want, struct fetch_found *ret_found, struct err *err)
{
	CLEANUP(fetching_release) struct fetching fetching = { .want = want };
	CLEANUP(fetch_found_release) struct fetch_found found = FETCH_FOUND_INIT;
	int rc;

	set_up(want);
	rc = git_url_check(want->url, err);
	if (!rc)
		rc = fetch(&fetching, &found, err);
	if (rc < 0)
		return rc;
	*ret_found = found;
	found = FETCH_FOUND_INIT;
	return 0;
}
