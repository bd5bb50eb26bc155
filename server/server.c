// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/server.h"

#include <sys/resource.h>

#include "lib/alloc.h"
#include "lib/file.h"
#include "server/clock.h"
#include "server/http.h"

#define DRAIN_LIMIT_MS 10000

/* Each connection is a descriptor; the soft limit of 1024 is for programs that use select(). */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_state(struct server *server, struct err *err)
{
	const struct config *config = server->config;
	struct db_conn *conn;
	uint64_t used;
	int rc = file_make_folder(config->state, 0750, err);

	/* A request holds one reader at a time, and the dispatcher one. */
	if (!rc)
		rc = db_open(config->state, config->threads + 1, &server->db, err);
	if (rc < 0)
		return rc;
	conn = db_begin_read(server->db);
	used = (uint64_t)db_value(conn, 0, SQL_ARTIFACT_TOTAL);
	rc = db_end(&conn, err);
	return rc ? rc
		  : artifact_store_open(config->state, config->artifact_quota_bytes, used,
					&server->artifacts, err);
}

int server_start(const struct config *config, struct server **ret_server, struct err *err)
{
	struct server *server = xcalloc(1, sizeof(*server));
	int rc;

	server->config = config;
	server->listen_fd = -1;
	server->started_ms = clock_now_ms();
	server->waiters = waiters_new();
	server->streams = streams_new();
	server->connections = connections_new();
	server->limits = limits_new(config->address_rate, config->token_rate);
	raise_descriptor_limit();
	rc = open_state(server, err);
	if (!rc)
		rc = dispatcher_start(server, &server->dispatcher, err);
	if (!rc)
		rc = http_start(server, err);
	if (rc < 0) {
		server_stop(server);
		return rc;
	}
	*ret_server = server;
	return 0;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	if (server->http)
		http_drain(server, DRAIN_LIMIT_MS);
	http_stop(server);
	dispatcher_stop(server->dispatcher);
	artifact_store_close(server->artifacts);
	db_close(server->db);
	waiters_free(server->waiters);
	streams_free(server->streams);
	connections_free(server->connections);
	limits_free(server->limits);
	free(server);
}
