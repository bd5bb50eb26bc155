// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "agent/agent.h"
#include "lib/cleanup.h"

const char *agent_repository(const struct agent *agent, const char *name)
{
	for (size_t i = 0; i < agent->config->repositories_count; i++)
		if (!strcmp(agent->config->repositories[i].name, name))
			return agent->config->repositories[i].path;
	return NULL;
}

int agent_deliver(struct agent *agent, const char *path, const char *idempotency_key,
		  const char *body, struct err *err)
{
	CLEANUP(client_reply_release) struct client_reply reply = CLIENT_REPLY_INIT;
	struct client_request request = { .method = "POST",
					  .path = path,
					  .body = body,
					  .bytes = strlen(body),
					  .idempotency_key = idempotency_key };
	int rc = client_deliver(agent->client, &request, &reply, err);

	return rc < 0 ? rc : client_expect_success(&reply, "Delivering a result", err);
}
