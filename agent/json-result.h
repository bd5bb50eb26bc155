/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the agent sends, as JSON texts (docs/api.md); free() them. */
#ifndef RUNWAY_AGENT_JSON_RESULT_H
#define RUNWAY_AGENT_JSON_RESULT_H

#include <stdint.h>

#include "agent/config.h"
#include "agent/load.h"
#include "agent/task.h"

struct build_result {
	bool built;
	bool reused;
	char sentence[512];
	char tree[65], base_tree[65], base_commit[65];
	char key[SHA256_HEX_BYTES], code_sha256[SHA256_HEX_BYTES];
	unsigned warnings;
	uint64_t duration_ms;
	struct artifacts artifacts;
};

char *json_lease_request_encode(const struct config *config, unsigned wait_s);
char *json_heartbeat_encode(const char *phase, int64_t load); /* load 0: none */
char *json_fetch_failure_encode(const char *sentence);
char *json_build_result_encode(const struct build_result *result);
char *json_load_result_encode(const struct load_result *result);

/* The build that the server has under a key (GET /builds?key=): fills code_sha256 and artifacts. */
int json_build_decode(const char *body, size_t bytes, struct build_result *ret_result,
		      struct err *err);

#endif
