/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What most commands begin with: connect, ask, and with --json print the answer as it is.
 *
 *	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
 *	rc = fetch(context, &body, err, "/hosts/%lld/noise", (long long)id);
 *	if (rc <= 0)
 *		return rc;			// printed, or failed
 *	rc = noise_decode(body.data, body.length, &noise, err);
 */
#ifndef RUNWAY_CLI_FETCH_H
#define RUNWAY_CLI_FETCH_H

#include "cli/context.h"
#include "lib/buf.h"

/* GETs the path. 1: body has the document; 0: it was printed as it is; negative errno. */
int fetch(struct context *context, struct buf *body, struct err *err, const char *path, ...)
	__attribute__((format(printf, 4, 5)));

/* As fetch, by POST of JSON; document NULL: without a body. */
int fetch_post(struct context *context, const char *path, const char *document, struct buf *body,
	       struct err *err);

/* As fetch, for commands without options of their own whose only argument is a number: WHAT in
 * their usage, %lld in the path. */
int fetch_numbered(struct context *context, int argc, char **argv, const char *path,
		   int64_t *ret_id, struct buf *body, struct err *err);

/*
 * For commands that set two variants of a campaign side by side, CAMPAIGN VARIANT [AGAINST]: the
 * document of that name of the campaign. isa NULL: the campaign's first.
 */
int fetch_pair(struct context *context, int argc, char **argv, const char *name, const char *isa,
	       struct buf *body, struct err *err);

#endif
