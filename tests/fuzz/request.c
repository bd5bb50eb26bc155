// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies that users and agents send. The first byte says as which. */
#include <errno.h>

#include "lib/cleanup.h"
#include "server/json_request.h"
#include "tests/fuzz/fuzz.h"

static int decode(unsigned which, const struct buf *body, struct err *err)
{
	CLEANUP(build_result_release) struct build_result build = { .built = false };
	CLEANUP(lease_request_release) struct lease_request lease = { .fingerprint = NULL };
	CLEANUP(load_result_release) struct load_result load = { .status = "" };
	struct campaign_request campaign;
	struct campaign_retry retry;
	struct git_request git;
	struct heartbeat heartbeat;
	struct token_request token;
	CLEANUP(free_ptr) char *sentence = NULL;

	switch (which % 16) {
	case 0:
		return json_campaign_request(body, which & 16 ? "linux" : NULL, &campaign, err);
	case 1:
		return json_lease_request(body, &lease, err);
	case 2:
		return json_heartbeat(body, &heartbeat, err);
	case 3:
		return json_build_result(body, &build, err);
	case 4:
		return json_load_result(body, &load, err);
	case 5:
		return json_block_result(body, err);
	case 6:
		return json_retry_request(body, &retry, err);
	case 8:
		return json_git_request(body, which & 16 ? "linux" : NULL, &git, err);
	case 9:
		return json_fetch_result(body, &sentence, err);
	default:
		return json_token_request(body, &token, err);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(1 << 20);
	struct err err = ERR_INIT;
	int rc;

	if (!bytes || buf_append(&body, data + 1, bytes - 1) < 0)
		return 0;
	rc = decode(data[0], &body, &err);
	/* Each refusal is the sender's, and has a sentence. */
	fuzz_require(rc == 0 || ((rc == -EBADMSG || rc == -EINVAL) && err.text[0]));
	return 0;
}
