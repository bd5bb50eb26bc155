// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/db-sync.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

struct db_sync {
	int log_fd; /* of the same file as SQLite's own: a sync of one is of both */
	_Atomic uint64_t committed;
	pthread_mutex_t mutex; /* of what is below */
	pthread_cond_t ended;
	uint64_t synced;
	bool syncing;
};

int db_sync_open(const char *path, struct db_sync **ret_sync, struct err *err)
{
	CLEANUP(free_ptr) char *log = xasprintf("%s-wal", path);
	CLEANUP(close_fd) int fd = open(log, O_RDONLY | O_CLOEXEC);
	struct db_sync *sync;

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s", log);
	sync = xcalloc(1, sizeof(*sync));
	sync->log_fd = TAKE_FD(fd);
	pthread_mutex_init(&sync->mutex, NULL);
	pthread_cond_init(&sync->ended, NULL);
	*ret_sync = sync;
	return 0;
}

void db_sync_close(struct db_sync *sync)
{
	if (!sync)
		return;
	close_fd(&sync->log_fd);
	pthread_mutex_destroy(&sync->mutex);
	pthread_cond_destroy(&sync->ended);
	free(sync);
}

uint64_t db_sync_ticket(struct db_sync *sync)
{
	return ++sync->committed;
}

/* With the mutex held, which is let go of meanwhile: all that was committed until now. */
static int sync_once(struct db_sync *sync)
{
	uint64_t until = sync->committed;
	int rc;

	sync->syncing = true;
	pthread_mutex_unlock(&sync->mutex);
	rc = fdatasync(sync->log_fd) < 0 ? -errno : 0;
	pthread_mutex_lock(&sync->mutex);
	sync->syncing = false;
	if (!rc)
		sync->synced = until;
	pthread_cond_broadcast(&sync->ended);
	return rc;
}

int db_sync_wait(struct db_sync *sync, uint64_t ticket, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&sync->mutex);
	while (!rc && sync->synced < ticket)
		if (sync->syncing)
			pthread_cond_wait(&sync->ended, &sync->mutex);
		else
			rc = sync_once(sync);
	pthread_mutex_unlock(&sync->mutex);
	return rc ? err_sys(err, rc, "The database cannot be synced to the disk") : 0;
}
