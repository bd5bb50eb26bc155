/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one thread that looks at the clock: expires leases, wakes long-polls for whom there is work
 * or whose time is up, tells streams that there is news, ends connections that dawdle, forgets old
 * idempotency keys.
 *
 *	dispatcher_poke(server->dispatcher);	// there may be work: look now, not at the next tick
 */
#ifndef RUNWAY_SERVER_DISPATCHER_H
#define RUNWAY_SERVER_DISPATCHER_H

#include "lib/err.h"

#define DISPATCHER_TICK_MS 250

struct dispatcher;
struct server;

int dispatcher_start(struct server *server, struct dispatcher **ret_dispatcher, struct err *err);
void dispatcher_poke(struct dispatcher *dispatcher);
void dispatcher_stop(struct dispatcher *dispatcher);

#endif
