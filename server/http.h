/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The HTTP side of the server: one epoll loop a thread, requests read in pieces, checked against
 * the route table before their body is, answered by a handler.
 *
 *	rc = http_start(server, err);
 *	http_drain(server, 10000);	// no new ones; those in flight have that long
 *	http_stop(server);
 */
#ifndef RUNWAY_SERVER_HTTP_H
#define RUNWAY_SERVER_HTTP_H

#include "server/server.h"

int http_start(struct server *server, struct err *err); /* takes listen_fd, fills http */
void http_drain(struct server *server, unsigned limit_ms);
void http_stop(struct server *server);

#endif
