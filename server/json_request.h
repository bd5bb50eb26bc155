/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies into structs: decoded strictly and validated, so that what is called with one need not
 * check again. -EBADMSG: not JSON; -EINVAL: JSON that breaks docs/api.md. Unknown fields are
 * refused from users and ignored from agents, whose version may be newer.
 */
#ifndef RUNWAY_SERVER_JSON_REQUEST_H
#define RUNWAY_SERVER_JSON_REQUEST_H

#include "lib/buf.h"
#include "lib/err.h"
#include "server/campaign.h"
#include "server/fetch.h"
#include "server/lease.h"
#include "server/result.h"
#include "server/token.h"

/* repositories: the names that are known, with commas; NULL: any. */
int json_campaign_request(const struct buf *body, const char *repositories,
			  struct campaign_request *ret_request, struct err *err);
/* {"git": {"url", "ref", …}, "name", …}; repositories as above */
int json_git_request(const struct buf *body, const char *repositories,
		     struct git_request *ret_request, struct err *err);
/* {"status":"failed","sentence"}; free() the sentence. */
int json_fetch_result(const struct buf *body, char **ret_sentence, struct err *err);

struct token_request {
	char name[TOKEN_NAME_MAX + 1];
	char scopes[64]; /* comma-separated */
};

int json_token_request(const struct buf *body, struct token_request *ret_request, struct err *err);
/* {"seed": N} or {"draw_seed": true} or neither */
int json_retry_request(const struct buf *body, struct campaign_retry *ret_retry, struct err *err);
int json_lease_request(const struct buf *body, struct lease_request *ret_request, struct err *err);

struct heartbeat {
	char phase[65]; /* "" : unchanged */
	int64_t load;	/* 0: none */
};

int json_heartbeat(const struct buf *body, struct heartbeat *ret_heartbeat, struct err *err);
int json_build_result(const struct buf *body, struct build_result *ret_result, struct err *err);
int json_load_result(const struct buf *body, struct load_result *ret_result, struct err *err);
/* {"status":"done"} */
int json_block_result(const struct buf *body, struct err *err);

#endif
