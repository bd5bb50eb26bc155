/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is decided about a request from its head alone: 401, 403, 404, 405, 413, 415, 429, 431.
 * Nothing of its body was read then.
 *
 *	if (!http_gate(request, method, path))	// request->answer says why not
 */
#ifndef RUNWAY_SERVER_HTTP_GATE_H
#define RUNWAY_SERVER_HTTP_GATE_H

#include "server/request.h"

#define HTTP_HEAD_MAX_BYTES (32 << 10) /* target and headers */

bool http_gate(struct request *request, const char *method, const char *path);
/* The length the client announced; 0 without a body, UINT64_MAX for a chunked one. */
uint64_t http_announced_bytes(const struct request *request);

#endif
