// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lease.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/client.h"
#include "agent/json-result.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/proc.h"

#define LOG_CHUNK_BYTES (64u << 10)
/* What may wait to be sent; when the server is slower than the build prints, the rest is dropped.
 */
#define LOG_WAITING_BYTES (1u << 20)
#define LOG_EVERY_MS 1000

struct lease {
	const struct config *config;
	char id[128];
	uint64_t beat_every_ms;
	pthread_t thread;
	pthread_mutex_t lock; /* what is below, up to the atomics */
	pthread_cond_t changed;
	char phase[32];
	int64_t loads[LEASE_LOADS_MAX]; /* 0: none in that place */
	bool phase_changed;
	bool ended;
	struct buf log;
	size_t log_dropped;
	atomic_bool lost;
};

static void note_status(struct lease *lease, const struct client_reply *reply)
{
	if (reply->status == 410 || reply->status == 404)
		atomic_store(&lease->lost, true);
}

static void send_beat(struct lease *lease, struct client *client, const char *phase, int64_t load)
{
	CLEANUP(free_ptr) char *path = xasprintf("/leases/%s/heartbeat", lease->id);
	CLEANUP(free_ptr) char *body = json_heartbeat_encode(phase, load);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	struct client_request request = {
		.method = "POST", .path = path, .body = body, .bytes = strlen(body), .limit_s = 10
	};
	struct err err = ERR_INIT;

	/* An unreachable server may come back within the lease; the work goes on. */
	if (client_send(client, &request, &reply, &err) < 0)
		log_warning("heartbeat: %s", err.text);
	else
		note_status(lease, &reply);
}

/* Sends one chunk; what could not be sent stays for the next turn. */
static bool send_log(struct lease *lease, struct client *client)
{
	CLEANUP(free_ptr) char *path = xasprintf("/leases/%s/log", lease->id);
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	CLEANUP(free_ptr) char *chunk = NULL;
	struct client_request request = {
		.method = "POST", .path = path, .content_type = "text/plain", .limit_s = 10
	};
	struct err err = ERR_INIT;

	pthread_mutex_lock(&lease->lock);
	request.bytes = lease->log.length < LOG_CHUNK_BYTES ? lease->log.length : LOG_CHUNK_BYTES;
	chunk = xmalloc(request.bytes);
	memcpy(chunk, lease->log.data, request.bytes);
	pthread_mutex_unlock(&lease->lock);
	request.body = chunk;
	if (!request.bytes)
		return false;
	if (client_send(client, &request, &reply, &err) < 0) {
		log_warning("log: %s", err.text);
		return false;
	}
	note_status(lease, &reply);
	pthread_mutex_lock(&lease->lock);
	buf_consume(&lease->log, request.bytes);
	pthread_mutex_unlock(&lease->lock);
	return !atomic_load(&lease->lost);
}

/* One beat a load that runs, or one without any. */
static void send_beats(struct lease *lease, struct client *client, const char *phase,
		       const int64_t *loads)
{
	bool sent = false;

	for (size_t i = 0; i < LEASE_LOADS_MAX; i++) {
		if (!loads[i])
			continue;
		send_beat(lease, client, phase, loads[i]);
		sent = true;
	}
	if (!sent)
		send_beat(lease, client, phase, 0);
}

static void wait_for_change(struct lease *lease)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LOG_EVERY_MS / 1000;
	if (!lease->ended && !lease->phase_changed)
		pthread_cond_timedwait(&lease->changed, &lease->lock, &until);
}

static void *beat(void *data)
{
	struct lease *lease = data;
	CLEANUP(client_close)
	struct client *client = client_open(lease->config->server, lease->config->token);
	uint64_t next_ms = 0;
	bool ended;

	do {
		char phase[sizeof(lease->phase)];
		int64_t loads[LEASE_LOADS_MAX];
		bool due;

		pthread_mutex_lock(&lease->lock);
		wait_for_change(lease);
		memcpy(phase, lease->phase, sizeof(phase));
		memcpy(loads, lease->loads, sizeof(loads));
		ended = lease->ended;
		due = lease->phase_changed || clock_ms() >= next_ms;
		lease->phase_changed = false;
		pthread_mutex_unlock(&lease->lock);
		if (due && !ended) {
			send_beats(lease, client, phase, loads);
			next_ms = clock_ms() + lease->beat_every_ms;
		}
		while (!atomic_load(&lease->lost) && send_log(lease, client))
			;
	} while (!ended);
	return NULL;
}

struct lease *lease_begin(const struct config *config, const struct task *task)
{
	struct lease *lease = xcalloc(1, sizeof(*lease));
	sigset_t all, before;

	lease->config = config;
	memcpy(lease->id, task->lease, sizeof(lease->id));
	lease->beat_every_ms = (task->expires_s > 3 ? task->expires_s : 3) * 1000ull / 3;
	lease->log = BUF_INIT(LOG_WAITING_BYTES);
	pthread_mutex_init(&lease->lock, NULL);
	pthread_cond_init(&lease->changed, NULL);
	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&lease->thread, NULL, beat, lease)) {
		log_error("cannot start a thread for heartbeats: %s", strerror(errno));
		abort();
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return lease;
}

void lease_end(struct lease **held)
{
	struct lease *lease = *held;

	if (!lease)
		return;
	pthread_mutex_lock(&lease->lock);
	lease->ended = true;
	pthread_cond_signal(&lease->changed);
	pthread_mutex_unlock(&lease->lock);
	pthread_join(lease->thread, NULL);
	pthread_cond_destroy(&lease->changed);
	pthread_mutex_destroy(&lease->lock);
	buf_release(&lease->log);
	free(lease);
	*held = NULL;
}

void lease_phase(void *data, const char *phase)
{
	struct lease *lease = data;

	pthread_mutex_lock(&lease->lock);
	snprintf(lease->phase, sizeof(lease->phase), "%s", phase);
	lease->phase_changed = true;
	pthread_cond_signal(&lease->changed);
	pthread_mutex_unlock(&lease->lock);
}

void lease_load(struct lease *lease, unsigned place, int64_t load)
{
	assert(place < LEASE_LOADS_MAX);
	pthread_mutex_lock(&lease->lock);
	lease->loads[place] = load;
	lease->phase_changed |= load != 0;
	pthread_cond_signal(&lease->changed);
	pthread_mutex_unlock(&lease->lock);
}

void lease_log(void *data, const char *bytes, size_t count)
{
	struct lease *lease = data;
	size_t taken;

	pthread_mutex_lock(&lease->lock);
	if (lease->log_dropped && lease->log.length < LOG_WAITING_BYTES / 2) {
		buf_printf(&lease->log, "\n[runway-agent: %zu bytes not sent]\n",
			   lease->log_dropped);
		lease->log_dropped = 0;
	}
	taken = lease->log_dropped ? 0 : buf_append_some(&lease->log, bytes, count);
	lease->log_dropped += count - taken;
	pthread_mutex_unlock(&lease->lock);
}

bool lease_lost(const struct lease *lease)
{
	return atomic_load(&lease->lost);
}

bool lease_cancelled(void *data)
{
	struct lease *lease = data;

	return atomic_load(&lease->lost) || lease->config->stopping();
}
