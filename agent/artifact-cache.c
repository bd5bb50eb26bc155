// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/artifact-cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static char *path_of(const struct artifact_cache *cache, const char *sha256)
{
	return xasprintf("%s/%s", cache->folder, sha256);
}

static int upload(struct client *client, const char *path, const struct artifact *artifact,
		  struct err *err)
{
	CLEANUP(free_ptr) char *url = xasprintf("/artifacts/%s", artifact->sha256);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	struct client_request head = { .method = "HEAD", .path = url };
	struct client_request put = {
		.method = "PUT", .path = url, .upload = path, .limit_s = 300
	};
	int rc = client_deliver(client, &head, &reply, err);

	if (rc < 0 || reply.status == 200)
		return rc;
	rc = client_deliver(client, &put, &reply, err);
	return rc < 0 ? rc : client_expect_success(&reply, "Uploading an artifact", err);
}

int artifact_cache_add(const struct artifact_cache *cache, struct client *client, const char *file,
		       const char *name, struct artifact *ret_artifact, struct err *err)
{
	struct artifact artifact = { 0 };
	int rc = file_make_folder(cache->folder, 0700, err);

	if (!rc)
		rc = sha256_file(file, artifact.sha256, &artifact.bytes, err);
	if (rc < 0)
		return rc;
	CLEANUP(free_ptr) char *kept = path_of(cache, artifact.sha256);
	CLEANUP(free_ptr) char *temporary = xasprintf("%s.partial", kept);

	snprintf(artifact.name, sizeof(artifact.name), "%s", name);
	if (access(kept, F_OK) < 0) {
		rc = file_copy(file, temporary, 0444, err);
		if (!rc && rename(temporary, kept) < 0)
			rc = err_sys(err, -errno, "Cannot keep %s", kept);
	}
	if (!rc)
		rc = upload(client, kept, &artifact, err);
	if (!rc)
		*ret_artifact = artifact;
	return rc;
}

static int download(struct client *client, const char *sha256, const char *to, struct err *err)
{
	CLEANUP(free_ptr) char *url = xasprintf("/artifacts/%s", sha256);
	CLEANUP(free_ptr) char *temporary = xasprintf("%s.partial", to);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	struct client_request get = {
		.method = "GET", .path = url, .download = temporary, .limit_s = 300
	};
	char got[SHA256_HEX_BYTES];
	int rc = client_deliver(client, &get, &reply, err);

	if (!rc)
		rc = client_expect_success(&reply, "Fetching an artifact", err);
	if (!rc)
		rc = sha256_file(temporary, got, NULL, err);
	if (!rc && strcmp(got, sha256))
		rc = err_set(err, -EBADMSG, "The server sent other bytes than artifact %s.",
			     sha256);
	if (!rc && (chmod(temporary, 0444) < 0 || rename(temporary, to) < 0))
		rc = err_sys(err, -errno, "Cannot keep %s", to);
	if (rc < 0)
		unlink(temporary);
	return rc;
}

int artifact_cache_fetch(const struct artifact_cache *cache, struct client *client,
			 const char *sha256, char **ret_path, struct err *err)
{
	CLEANUP(free_ptr) char *path = path_of(cache, sha256);
	int rc = file_make_folder(cache->folder, 0700, err);

	if (!rc && utimensat(AT_FDCWD, path, NULL, 0) < 0) /* also marks it as used now */
		rc = download(client, sha256, path, err);
	if (!rc)
		*ret_path = TAKE(path);
	return rc;
}

int artifact_cache_place(const struct artifact_cache *cache, struct client *client,
			 const struct artifacts *artifacts, const char *folder, struct err *err)
{
	int rc = file_make_folder(folder, 0700, err);

	for (size_t i = 0; !rc && i < artifacts->count; i++) {
		const struct artifact *artifact = &artifacts->items[i];
		CLEANUP(free_ptr) char *to = xasprintf("%s/%s", folder, artifact->name);
		CLEANUP(free_ptr) char *from = NULL;

		rc = artifact_cache_fetch(cache, client, artifact->sha256, &from, err);
		if (!rc && link(from, to) < 0 && errno != EEXIST)
			rc = file_copy(from, to, 0444, err);
	}
	return rc;
}

struct kept {
	char *path;
	time_t used;
	uint64_t bytes;
};

static int by_use(const void *left, const void *right)
{
	const struct kept *a = left, *b = right;

	return a->used < b->used ? -1 : a->used > b->used;
}

int artifact_cache_trim(const struct artifact_cache *cache, struct err *err)
{
	CLEANUP(close_dir) DIR *folder = opendir(cache->folder);
	struct kept *kept = NULL;
	size_t count = 0, capacity = 0;
	uint64_t total = 0;
	struct dirent *entry;
	int rc = 0;

	if (!folder)
		return errno == ENOENT ? 0 : err_sys(err, -errno, "Cannot list %s", cache->folder);
	while ((entry = readdir(folder))) {
		struct stat status;

		if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(status.st_mode))
			continue;
		ARRAY_GROW(kept, count, capacity);
		kept[count++] = (struct kept){ path_of(cache, entry->d_name), status.st_mtime,
					       (uint64_t)status.st_size };
		total += (uint64_t)status.st_size;
	}
	if (count)
		qsort(kept, count, sizeof(*kept), by_use);
	for (size_t i = 0; i < count; i++) {
		if (total > cache->max_bytes) {
			total -= kept[i].bytes;
			if (unlink(kept[i].path) < 0 && !rc)
				rc = err_sys(err, -errno, "Cannot remove %s", kept[i].path);
		}
		free(kept[i].path);
	}
	free(kept);
	return rc;
}
