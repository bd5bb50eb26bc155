// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/route.h"

#include <errno.h>
#include <string.h>

#include "server/check.h"
#include "server/handle.h"

#define V1 "/api/v1"
#define JSON "application/json"
#define MBOX "application/mbox,message/rfc822,text/plain"
#define KIB (1ull << 10)
#define MIB (1ull << 20)

/*
 * To add a route: one row, sorted by pattern and method, its handler in server/handle-*.c with its
 * prototype in server/handle.h, and its operation in server/openapi.json.
 */
static const struct route routes[] = {
	{ "GET", "/", SCOPE_NONE, 0, NULL, handle_front, false },
	{ "GET", V1 "/artifacts/{sha256}", SCOPE_READ, 0, NULL, handle_artifact_get, false },
	{ "PUT", V1 "/artifacts/{sha256}", SCOPE_AGENT, ARTIFACT_MAX_BYTES, NULL,
	  handle_artifact_put, true },
	{ "GET", V1 "/builds", SCOPE_READ, 0, NULL, handle_build_get, false },
	{ "GET", V1 "/campaigns", SCOPE_READ, 0, NULL, handle_campaign_list, false },
	{ "POST", V1 "/campaigns", SCOPE_SUBMIT, 64 * KIB, JSON, handle_campaign_post, false },
	{ "GET", V1 "/campaigns/{n}", SCOPE_READ, 0, NULL, handle_campaign_get, false },
	{ "POST", V1 "/campaigns/{n}/bisect", SCOPE_SUBMIT, 4 * KIB, JSON, handle_bisect_post,
	  false },
	{ "GET", V1 "/campaigns/{n}/bisection", SCOPE_READ, 0, NULL, handle_bisection_get, false },
	{ "POST", V1 "/campaigns/{n}/cancel", SCOPE_SUBMIT, 4 * KIB, NULL, handle_cancel_post,
	  false },
	{ "GET", V1 "/campaigns/{n}/diff", SCOPE_READ, 0, NULL, handle_diff_get, false },
	{ "GET", V1 "/campaigns/{n}/fingerprints", SCOPE_READ, 0, NULL, handle_fingerprint_list,
	  false },
	{ "GET", V1 "/campaigns/{n}/latency", SCOPE_READ, 0, NULL, handle_latency_get, false },
	{ "GET", V1 "/campaigns/{n}/mechanism", SCOPE_READ, 0, NULL, handle_mechanism_get, false },
	{ "GET", V1 "/campaigns/{n}/race-map", SCOPE_READ, 0, NULL, handle_race_map_get, false },
	{ "GET", V1 "/campaigns/{n}/ranking", SCOPE_READ, 0, NULL, handle_ranking_get, false },
	{ "POST", V1 "/campaigns/{n}/retry", SCOPE_SUBMIT, 4 * KIB, JSON, handle_retry_post,
	  false },
	{ "GET", V1 "/campaigns/{n}/samples", SCOPE_READ, 0, NULL, handle_sample_list, false },
	{ "GET", V1 "/campaigns/{n}/statistics", SCOPE_READ, 0, NULL, handle_statistics_get,
	  false },
	{ "GET", V1 "/docs", SCOPE_NONE, 0, NULL, handle_docs, false },
	{ "GET", V1 "/docs/page.css", SCOPE_NONE, 0, NULL, handle_docs_style, false },
	{ "GET", V1 "/docs/page.mjs", SCOPE_NONE, 0, NULL, handle_docs_script, false },
	{ "GET", V1 "/events", SCOPE_READ, 0, NULL, handle_event_stream, false },
	{ "GET", V1 "/health", SCOPE_NONE, 0, NULL, handle_health, false },
	{ "GET", V1 "/hosts", SCOPE_READ, 0, NULL, handle_host_list, false },
	{ "GET", V1 "/hosts/{n}/noise", SCOPE_READ, 0, NULL, handle_noise_get, false },
	{ "POST", V1 "/leases", SCOPE_AGENT, 128 * KIB, JSON, handle_lease_post, false },
	{ "DELETE", V1 "/leases/{lease}", SCOPE_AGENT, 4 * KIB, NULL, handle_lease_delete, false },
	{ "POST", V1 "/leases/{lease}/heartbeat", SCOPE_AGENT, 4 * KIB, JSON, handle_heartbeat_post,
	  false },
	{ "POST", V1 "/leases/{lease}/loads/{n}", SCOPE_AGENT, 16 * MIB, JSON, handle_load_post,
	  false },
	{ "POST", V1 "/leases/{lease}/log", SCOPE_AGENT, 64 * KIB, "text/plain", handle_log_post,
	  false },
	{ "POST", V1 "/leases/{lease}/result", SCOPE_AGENT, 256 * KIB, JSON, handle_result_post,
	  false },
	{ "POST", V1 "/leases/{lease}/series", SCOPE_AGENT, 8 * MIB, MBOX, handle_fetched_post,
	  false },
	{ "GET", V1 "/openapi.json", SCOPE_NONE, 0, NULL, handle_contract, false },
	{ "GET", V1 "/queue", SCOPE_READ, 0, NULL, handle_queue_get, false },
	{ "GET", V1 "/series", SCOPE_READ, 0, NULL, handle_series_list, false },
	{ "POST", V1 "/series", SCOPE_SUBMIT, 8 * MIB, MBOX "," JSON, handle_series_post, false },
	{ "GET", V1 "/series/{n}", SCOPE_READ, 0, NULL, handle_series_get, false },
	{ "POST", V1 "/series/{n}/cancel", SCOPE_SUBMIT, 4 * KIB, NULL, handle_series_cancel,
	  false },
	{ "GET", V1 "/tasks/{n}", SCOPE_READ, 0, NULL, handle_task_get, false },
	{ "GET", V1 "/tasks/{n}/log", SCOPE_READ, 0, NULL, handle_log_get, false },
	{ "GET", V1 "/tokens", SCOPE_ADMIN, 0, NULL, handle_token_list, false },
	{ "POST", V1 "/tokens", SCOPE_ADMIN, 4 * KIB, JSON, handle_token_post, false },
	{ "DELETE", V1 "/tokens/{n}", SCOPE_ADMIN, 4 * KIB, NULL, handle_token_delete, false },
	{ "POST", V1 "/tokens/{n}/rotate", SCOPE_ADMIN, 4 * KIB, NULL, handle_token_rotate, false },
	{ "GET", V1 "/variants", SCOPE_READ, 0, NULL, handle_variant_list, false },
	{ "GET", "/metrics", SCOPE_READ, 0, NULL, handle_metrics, false },
};

const struct route *route_at(size_t number)
{
	return number < sizeof(routes) / sizeof(routes[0]) ? &routes[number] : NULL;
}

/* 1 to 18 digits without a leading zero; 0 when it is not that. */
static int64_t parse_number(const char *text, size_t length)
{
	int64_t value = 0;

	if (!length || length > 18 || *text == '0')
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		value = value * 10 + text[i] - '0';
	}
	return value;
}

static bool match_parameter(const char *pattern, const char *text, size_t length,
			    struct request *request, size_t *numbers)
{
	char copy[65];

	if (!strncmp(pattern, "{n}", 3)) {
		request->numbers[*numbers] = parse_number(text, length);
		return request->numbers[(*numbers)++] != 0;
	}
	if (length >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", (int)length, text);
	if (!strncmp(pattern, "{sha256}", 8) ? !sha256_is_hex(copy) : !check_hex(copy, 32, 32))
		return false;
	memcpy(request->hex, copy, sizeof(copy));
	return true;
}

static bool match(const char *pattern, const char *path, struct request *request)
{
	size_t numbers = 0;

	while (*pattern && *path) {
		if (*pattern == '{') {
			size_t length = strcspn(path, "/");

			if (!match_parameter(pattern, path, length, request, &numbers))
				return false;
			path += length;
			pattern += strcspn(pattern, "}") + 1;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return !*pattern && !*path;
}

int route_find(const char *method, const char *path, struct request *request, char *ret_allowed)
{
	char allowed[64] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		bool get = !strcmp(routes[i].method, "GET");

		if (!match(routes[i].pattern, path, request))
			continue;
		if (!strcmp(routes[i].method, method) || (get && !strcmp(method, "HEAD"))) {
			request->route = &routes[i];
			return 0;
		}
		used += (size_t)snprintf(allowed + used, sizeof(allowed) - used, "%s%s%s",
					 used ? ", " : "", routes[i].method, get ? ", HEAD" : "");
	}
	if (!used)
		return -ENOENT;
	memcpy(ret_allowed, allowed, sizeof(allowed));
	return -EPERM;
}
