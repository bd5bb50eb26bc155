/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of what can be asked for. Everything in a row is checked before its handler runs.
 *
 *	rc = route_find("GET", "/api/v1/series/3", &request, &allowed);	// -ENOENT, -EPERM (405)
 */
#ifndef RUNWAY_SERVER_ROUTE_H
#define RUNWAY_SERVER_ROUTE_H

#include "server/request.h"

struct route {
	const char *method;  /* "GET" answers HEAD, too */
	const char *pattern; /* {n}: a number from 1, {sha256}: 64 hex digits, {lease}: 32 */
	enum scope scope;
	uint64_t body_max_bytes;
	const char *types; /* content types with commas; NULL: any */
	void (*handle)(struct request *request, struct answer *answer);
	bool upload; /* the body goes to request->upload as it comes */
};

/* Each of the table, from 0; NULL past the last. */
const struct route *route_at(size_t number);

/* Fills route and path parameters. -ENOENT: no such path; -EPERM: not with that method, and
 * ret_allowed (room for 64 bytes) has those that are. */
int route_find(const char *method, const char *path, struct request *request, char *ret_allowed);

#endif
