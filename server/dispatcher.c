// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/dispatcher.h"

#include <pthread.h>
#include <stdatomic.h>

#include "lib/alloc.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "server/clock.h"
#include "server/idempotency.h"
#include "server/lease.h"
#include "server/server.h"

/* Streams look for news so often at most, however much is committed. */
#define TELL_EVERY_MS 100
#define EVENTS_KEPT 100000
#define PRUNE_EVERY_MS (10 * 60 * 1000)

struct dispatcher {
	struct server *server;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t poked;
	bool poke, stop;
	atomic_bool changed; /* there may be news for streams */
	uint64_t pruned_ms, told_ms;
};

/* Reads first: with nothing to expire, the writer is left alone. */
static void expire_leases(struct dispatcher *dispatcher)
{
	struct server *server = dispatcher->server;
	struct db_conn *conn = db_begin_read(server->db);
	int64_t now_ms = clock_now_ms();
	struct err err = ERR_INIT;
	bool any;
	size_t count;

	{
		CLEANUP(rows_end)
		struct rows rows = db_query(conn, SQL_LEASE_EXPIRED, db_int(now_ms));

		any = rows_next(&rows);
	}
	if (db_end(&conn, &err) < 0)
		log_error("looking for expired leases: %s", err.text);
	if (!any)
		return;
	conn = db_begin_write(server->db);
	count = lease_expire(conn, now_ms);
	dispatcher->changed = true;
	if (db_commit(&conn, &err) < 0)
		log_error("expiring leases: %s", err.text);
	else if (count)
		log_warning("%zu leases expired: their agents did not answer in time", count);
}

static void wake_for_work(struct server *server)
{
	struct db_conn *conn = db_begin_read(server->db);
	struct err err = ERR_INIT;

	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TASK_WANTED);

		while (rows_next(&rows))
			waiters_wake(server->waiters, rows_text(&rows, 0), rows_text(&rows, 1),
				     (size_t)rows_int(&rows, 2));
	}
	if (db_end(&conn, &err) < 0)
		log_error("looking for work: %s", err.text);
}

static void prune(struct dispatcher *dispatcher)
{
	struct db_conn *conn;
	struct err err = ERR_INIT;

	if (dispatcher->pruned_ms && clock_ms() - dispatcher->pruned_ms < PRUNE_EVERY_MS)
		return;
	dispatcher->pruned_ms = clock_ms();
	conn = db_begin_write(dispatcher->server->db);
	idempotency_prune(conn, clock_now_ms());
	db_run(conn, SQL_EVENT_PRUNE, db_int(EVENTS_KEPT));
	if (db_commit(&conn, &err) < 0)
		log_error("forgetting idempotency keys: %s", err.text);
}

static void tell_streams(struct dispatcher *dispatcher)
{
	struct streams *streams = dispatcher->server->streams;
	uint64_t now_ms = clock_ms();

	streams_wake_late(streams, (int64_t)now_ms);
	if (now_ms - dispatcher->told_ms < TELL_EVERY_MS ||
	    !atomic_exchange(&dispatcher->changed, false))
		return;
	dispatcher->told_ms = now_ms;
	streams_wake(streams);
}

static void look(struct dispatcher *dispatcher)
{
	struct server *server = dispatcher->server;

	expire_leases(dispatcher);
	if (waiters_any(server->waiters))
		wake_for_work(server);
	waiters_wake_late(server->waiters, (int64_t)clock_ms());
	tell_streams(dispatcher);
	connections_end_late(server->connections, (int64_t)clock_ms());
	prune(dispatcher);
}

static void *run(void *data)
{
	struct dispatcher *dispatcher = data;

	pthread_mutex_lock(&dispatcher->mutex);
	while (!dispatcher->stop) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += DISPATCHER_TICK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		if (!dispatcher->poke)
			pthread_cond_timedwait(&dispatcher->poked, &dispatcher->mutex, &until);
		dispatcher->poke = false;
		pthread_mutex_unlock(&dispatcher->mutex);
		look(dispatcher);
		pthread_mutex_lock(&dispatcher->mutex);
	}
	pthread_mutex_unlock(&dispatcher->mutex);
	return NULL;
}

int dispatcher_start(struct server *server, struct dispatcher **ret_dispatcher, struct err *err)
{
	struct dispatcher *dispatcher = xcalloc(1, sizeof(*dispatcher));
	pthread_condattr_t monotonic;
	int rc;

	dispatcher->server = server;
	pthread_mutex_init(&dispatcher->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&dispatcher->poked, &monotonic);
	pthread_condattr_destroy(&monotonic);
	rc = pthread_create(&dispatcher->thread, NULL, run, dispatcher);
	if (rc) {
		free(dispatcher);
		return err_sys(err, -rc, "Cannot start a thread");
	}
	*ret_dispatcher = dispatcher;
	return 0;
}

void dispatcher_poke(struct dispatcher *dispatcher)
{
	dispatcher->changed = true;
	pthread_mutex_lock(&dispatcher->mutex);
	dispatcher->poke = true;
	pthread_cond_signal(&dispatcher->poked);
	pthread_mutex_unlock(&dispatcher->mutex);
}

void dispatcher_stop(struct dispatcher *dispatcher)
{
	if (!dispatcher)
		return;
	pthread_mutex_lock(&dispatcher->mutex);
	dispatcher->stop = true;
	pthread_cond_signal(&dispatcher->poked);
	pthread_mutex_unlock(&dispatcher->mutex);
	pthread_join(dispatcher->thread, NULL);
	pthread_mutex_destroy(&dispatcher->mutex);
	pthread_cond_destroy(&dispatcher->poked);
	free(dispatcher);
}
