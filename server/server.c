// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/server.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/alloc.h"
#include "lib/file.h"
#include "lib/log.h"
#include "server/clock.h"
#include "server/confine.h"
#include "server/http-listen.h"
#include "server/http.h"

#define DRAIN_LIMIT_MS 10000
#define TLS_FILE_MAX_BYTES (256 << 10)

/* Each connection is a descriptor; the soft limit of 1024 is for programs that use select(). */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* What is opened as whoever started the server: a port below 1024, a key that only root reads. */
static int open_outside(struct server *server, struct err *err)
{
	const struct config *config = server->config;
	int rc = 0;

	if (config->tls_cert)
		rc = file_read(config->tls_cert, &server->tls_cert, err);
	if (!rc && config->tls_key)
		rc = file_read(config->tls_key, &server->tls_key, err);
	if (!rc)
		rc = http_listen(config->listen, config->tls_cert, &server->listen_fd, server->url,
				 sizeof(server->url), err);
	return rc;
}

static int confine(const struct config *config, struct err *err)
{
	int rc = config->user ? confine_user(config->user, config->state, err)
			      : file_make_folder(config->state, 0750, err);

	if (!rc && config->confine)
		rc = confine_files(config->state, err);
	if (rc != -ENOTSUP)
		return rc;
	log_warning("%s", err->text);
	*err = ERR_INIT;
	return 0;
}

static int open_state(struct server *server, struct err *err)
{
	const struct config *config = server->config;
	struct db_conn *conn;
	uint64_t used;
	/* A request holds one reader at a time, and the dispatcher one. */
	int rc = db_open(config->state, config->threads + 1, &server->db, err);

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
	server->tls_cert = BUF_INIT(TLS_FILE_MAX_BYTES);
	server->tls_key = BUF_INIT(TLS_FILE_MAX_BYTES);
	rc = open_outside(server, err);
	if (!rc)
		rc = confine(config, err);
	if (!rc)
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
	close_fd(&server->listen_fd);
	buf_release(&server->tls_cert);
	if (server->tls_key.length)
		explicit_bzero(server->tls_key.data, server->tls_key.length);
	buf_release(&server->tls_key);
	free(server);
}
