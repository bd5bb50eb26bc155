// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/artifact.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/file.h"

struct artifact_store {
	char *folder;
	uint64_t quota_bytes;
	_Atomic uint64_t used_bytes; /* files, and what uploads in flight have written */
};

static char *path_of(const struct artifact_store *store, const char *sha256)
{
	assert(sha256_is_hex(sha256));
	return xasprintf("%s/%.2s/%s", store->folder, sha256, sha256 + 2);
}

/* What is under incoming/ belongs to a server that is no more. */
static void remove_leftovers(const char *folder)
{
	CLEANUP(close_dir) DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
}

int artifact_store_open(const char *folder, uint64_t quota_bytes, uint64_t used_bytes,
			struct artifact_store **ret_store, struct err *err)
{
	CLEANUP(free_ptr) char *incoming = xasprintf("%s/artifacts/incoming", folder);
	struct artifact_store *store;
	int rc = file_make_folder(incoming, 0750, err);

	if (rc < 0)
		return rc;
	remove_leftovers(incoming);
	store = xcalloc(1, sizeof(*store));
	store->folder = xasprintf("%s/artifacts", folder);
	store->quota_bytes = quota_bytes;
	store->used_bytes = used_bytes;
	*ret_store = store;
	return 0;
}

void artifact_store_close(struct artifact_store *store)
{
	if (!store)
		return;
	free(store->folder);
	free(store);
}

int upload_begin(struct artifact_store *store, uint64_t max_bytes, struct upload *ret_upload,
		 struct err *err)
{
	char *path = xasprintf("%s/incoming/XXXXXX", store->folder);
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0) {
		free(path);
		return err_sys(err, -errno, "Cannot create a file under %s", store->folder);
	}
	*ret_upload =
		(struct upload){ .store = store, .fd = fd, .path = path, .max_bytes = max_bytes };
	sha256_begin(&ret_upload->hash);
	return 0;
}

int upload_add(struct upload *upload, const void *data, size_t bytes, struct err *err)
{
	struct artifact_store *store = upload->store;
	int rc;

	if (bytes > upload->max_bytes - upload->bytes)
		return err_set(err, -EFBIG, "The body is larger than the %llu bytes allowed.",
			       (unsigned long long)upload->max_bytes);
	if (atomic_fetch_add(&store->used_bytes, bytes) + bytes > store->quota_bytes) {
		atomic_fetch_sub(&store->used_bytes, bytes);
		return err_set(err, -ENOSPC,
			       "The artifact store is full: its quota is %llu bytes. Ask the "
			       "server's administrator for a larger --artifact-quota-mib.",
			       (unsigned long long)store->quota_bytes);
	}
	upload->bytes += bytes;
	rc = file_write_all(upload->fd, data, bytes);
	if (rc == -ENOSPC)
		return err_set(err, rc, "The disk of the artifact store is full.");
	if (rc < 0)
		return err_sys(err, rc, "Cannot write to the artifact store");
	sha256_add(&upload->hash, data, bytes);
	return 0;
}

static int sync_folder(const char *path)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Durable under its name before anyone is told: data, then the name, then the name's folder. */
static int move_in(struct upload *upload, const char *path, struct err *err)
{
	CLEANUP(free_ptr) char *folder = xstrndup(path, strlen(upload->store->folder) + 3);
	int rc = 0;

	if (mkdir(folder, 0750) < 0 && errno != EEXIST)
		return err_sys(err, -errno, "Cannot create %s", folder);
	if (fchmod(upload->fd, 0440) < 0 || fsync(upload->fd) < 0 || rename(upload->path, path) < 0)
		rc = -errno;
	if (!rc)
		rc = sync_folder(folder);
	if (!rc)
		rc = sync_folder(upload->store->folder);
	return rc < 0 ? err_sys(err, rc, "Cannot keep the artifact") : 0;
}

int upload_finish(struct upload *upload, const char *sha256, struct err *err)
{
	CLEANUP(free_ptr) char *path = path_of(upload->store, sha256);
	char got[SHA256_HEX_BYTES];
	int rc;

	sha256_end(&upload->hash, got);
	if (strcmp(got, sha256) != 0)
		return err_set(err, -EBADMSG,
			       "The bytes hash to %s, not to the name %s. Send them again, or name "
			       "them by their SHA-256.",
			       got, sha256);
	/* There already: the same bytes, the new copy goes. */
	if (access(path, R_OK) == 0) {
		upload_abort(upload);
		return 0;
	}
	rc = move_in(upload, path, err);
	if (rc < 0)
		return rc;
	close_fd(&upload->fd);
	free(upload->path);
	*upload = UPLOAD_INIT;
	return 0;
}

void upload_abort(struct upload *upload)
{
	if (!upload->store)
		return;
	unlink(upload->path);
	close_fd(&upload->fd);
	atomic_fetch_sub(&upload->store->used_bytes, upload->bytes);
	free(upload->path);
	*upload = UPLOAD_INIT;
}

int artifact_put(struct artifact_store *store, const void *data, size_t bytes,
		 char ret_sha256[SHA256_HEX_BYTES], struct err *err)
{
	CLEANUP(upload_abort) struct upload upload = UPLOAD_INIT;
	char sha256[SHA256_HEX_BYTES];
	int rc = upload_begin(store, ARTIFACT_MAX_BYTES, &upload, err);

	sha256_bytes(data, bytes, sha256);
	if (!rc)
		rc = upload_add(&upload, data, bytes, err);
	if (!rc)
		rc = upload_finish(&upload, sha256, err);
	if (!rc)
		memcpy(ret_sha256, sha256, sizeof(sha256));
	return rc;
}

void artifact_register(struct db_conn *conn, const char *sha256, uint64_t bytes, int64_t now_ms)
{
	db_run(conn, SQL_ARTIFACT_ADD, db_text(sha256), db_int((int64_t)bytes), db_int(now_ms));
}

bool artifact_known(struct db_conn *conn, const char *sha256, uint64_t *ret_bytes)
{
	int64_t bytes = db_value(conn, -1, SQL_ARTIFACT_FIND, db_text(sha256));

	if (bytes >= 0 && ret_bytes)
		*ret_bytes = (uint64_t)bytes;
	return bytes >= 0;
}

int artifact_open(struct artifact_store *store, const char *sha256, int *ret_fd, struct err *err)
{
	CLEANUP(free_ptr) char *path = path_of(store, sha256);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open the artifact %s", sha256);
	*ret_fd = fd;
	return 0;
}

int artifact_read(struct artifact_store *store, const char *sha256, struct buf *bytes,
		  struct err *err)
{
	CLEANUP(free_ptr) char *path = path_of(store, sha256);

	return file_read(path, bytes, err);
}
