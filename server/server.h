/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running server: what every request works with, and its life.
 *
 *	rc = server_start(&config, &server, err);
 *	printf("listening on %s\n", server_url(server));
 *	...
 *	server_stop(server);		// finishes requests in flight, wakes long-polls
 */
#ifndef RUNWAY_SERVER_SERVER_H
#define RUNWAY_SERVER_SERVER_H

#include "server/artifact.h"
#include "server/config.h"
#include "server/connections.h"
#include "server/db.h"
#include "server/dispatcher.h"
#include "server/limits.h"
#include "server/streams.h"
#include "server/waiters.h"

struct MHD_Daemon;

struct server {
	const struct config *config;
	struct db *db;
	struct artifact_store *artifacts;
	struct waiters *waiters;
	struct streams *streams;
	struct connections *connections;
	struct limits *limits;
	struct dispatcher *dispatcher;
	struct MHD_Daemon *http;
	int listen_fd; /* libmicrohttpd's, given back by a drain; closed when its threads have ended
			*/
	struct buf tls_cert, tls_key; /* empty: plain HTTP */
	_Atomic uint64_t answers[6];  /* since the start, by the class of their status */
	int64_t started_ms;
	_Atomic unsigned in_flight; /* requests begun and not completed */
	char url[96];
};

int server_start(const struct config *config, struct server **ret_server, struct err *err);
void server_stop(struct server *server); /* NULL is fine */

#endif
