// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/json_request.h"

#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/check.h"
#include "server/json_decode.h"
#include "server/json_wishes.h"

#define FINGERPRINT_MAX_BYTES (64 << 10)
#define KNOWN(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void read_base(struct decode *whole, const char *repositories,
		      struct campaign_request *request)
{
	json_t *base = decode_object(whole, "base", false);
	struct decode d = { .object = base, .where = "\"base\"", .err = whole->err };
	const char *repository, *rev;

	/* The first that the server names, and what the series were made on. */
	snprintf(request->repository, sizeof(request->repository), "%.*s",
		 repositories ? (int)strcspn(repositories, ",") : (int)strlen("linux"),
		 repositories ? repositories : "linux");
	if (!base)
		return;
	repository = decode_text(&d, "repository", false, sizeof(request->repository) - 1);
	rev = decode_text(&d, "rev", false, sizeof(request->rev) - 1);
	decode_only(&d, KNOWN("repository", "rev"));
	if (!d.rc && *repository && !check_repository(repository))
		decode_fail(&d, "\"repository\" is a name that the agents know: 1-64 letters, "
				"digits, '.', '_' and '-'.");
	if (!d.rc && *repository && repositories && !list_has(repositories, repository))
		decode_fail(&d, "\"repository\" must be one of: %.300s.", repositories);
	if (!d.rc && *rev && !check_rev(rev))
		decode_fail(&d, "\"rev\" is a branch, tag or commit: letters, digits and "
				"\"._/~^-\", without \"..\".");
	whole->rc = d.rc;
	if (*repository)
		snprintf(request->repository, sizeof(request->repository), "%s", repository);
	snprintf(request->rev, sizeof(request->rev), "%s", rev);
}

static void read_series(struct decode *d, struct campaign_request *request)
{
	json_t *array = decode_array(d, "series", !*request->thread, CAMPAIGN_SERIES_MAX), *item;
	size_t i;

	if (array && *request->thread)
		decode_fail(d, "\"series\" and \"thread\" exclude each other.");
	if (!array || d->rc)
		return;
	if (!json_array_size(array))
		decode_fail(d, "\"series\" is empty. Name at least one series by its number.");
	json_array_foreach (array, i, item) {
		if (!json_is_integer(item) || json_integer_value(item) < 1) {
			decode_fail(d, "\"series\" must hold numbers of series.");
			return;
		}
		for (size_t k = 0; k < i; k++)
			if (request->series[k] == json_integer_value(item))
				decode_fail(d, "\"series\" names one twice.");
		request->series[i] = json_integer_value(item);
		request->series_count = i + 1;
	}
}

/* A number of a series or a Message-ID, with or without its <>. */
static void read_thread(struct decode *d, struct campaign_request *request)
{
	json_t *number = d->rc ? NULL : json_object_get(d->object, "thread");
	const char *text;
	size_t length;

	if (json_is_integer(number)) {
		snprintf(request->thread, sizeof(request->thread), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(number));
		return;
	}
	text = decode_text(d, "thread", false, sizeof(request->thread) - 1);
	if (d->rc || !*text)
		return;
	text += *text == '<';
	length = strcspn(text, ">");
	snprintf(request->thread, sizeof(request->thread), "%.*s", (int)length, text);
	if (!check_word(request->thread, MESSAGE_ID_MAX))
		decode_fail(d, "\"thread\" is a series' number or a Message-ID.");
}

static void read_loads(struct decode *whole, struct campaign_request *request)
{
	json_t *loads = decode_object(whole, "loads", false);
	struct decode d = { .object = loads, .where = "\"loads\"", .err = whole->err };

	request->loads_exact = 1;
	request->loads_race = 1;
	request->loads_smp = 3;
	if (!loads)
		return;
	request->loads_exact = decode_int(&d, "exact", 1, CAMPAIGN_LOADS_MAX, 1);
	request->loads_race = decode_int(&d, "race", 1, CAMPAIGN_LOADS_MAX, 1);
	request->loads_smp = decode_int(&d, "smp", 1, CAMPAIGN_LOADS_MAX, 3);
	request->smp_most = decode_int(&d, "smp_most", 1, CAMPAIGN_LOADS_MAX, 0);
	if (!d.rc && request->smp_most && request->smp_most < request->loads_smp)
		decode_fail(&d,
			    "\"smp_most\" is below \"smp\": it is the most that may be bought.");
	decode_only(&d, KNOWN("exact", "race", "smp", "smp_most"));
	whole->rc = d.rc;
}

int json_campaign_request(const struct buf *body, const char *repositories,
			  struct campaign_request *ret_request, struct err *err)
{
	struct campaign_request request = { .isa = "svm", .lanes = "exact,smp" };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the campaign", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	decode_only(&d,
		    KNOWN("base", "series", "isa", "lanes", "loads", "seed", "measure_identical",
			  "null_control", "priority", "hosts", "workloads", "thread"));
	read_base(&d, repositories, &request);
	read_thread(&d, &request);
	read_series(&d, &request);
	decode_list(&d, "isa", "svm,vmx", false, request.isa, sizeof(request.isa));
	decode_list(&d, "lanes", "exact,posted,race,smp", false, request.lanes, sizeof(request.lanes));
	if (!d.rc && list_has(request.lanes, "posted") && !list_has(request.isa, "vmx"))
		decode_fail(&d, "The lane \"posted\" is of vmx: only there interrupts are posted. Add "
				"\"vmx\" to \"isa\", or leave the lane out.");
	read_loads(&d, &request);
	request.seed = decode_int(&d, "seed", 0, CAMPAIGN_SEED_MAX, -1);
	request.measure_identical = decode_bool(&d, "measure_identical", false);
	/* Who pays for verdicts gets the control that vouches for them. */
	request.null_control =
		decode_bool(&d, "null_control", request.smp_most > request.loads_smp);
	decode_wishes(&d, &request);
	if (!d.rc)
		*ret_request = request;
	return d.rc;
}

int json_retry_request(const struct buf *body, struct campaign_retry *ret_retry, struct err *err)
{
	struct campaign_retry retry;
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the request", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	decode_only(&d, KNOWN("seed", "draw_seed"));
	retry.seed = decode_int(&d, "seed", 0, CAMPAIGN_SEED_MAX, -1);
	retry.draw_seed = decode_bool(&d, "draw_seed", false);
	if (!d.rc && retry.draw_seed && retry.seed >= 0)
		decode_fail(&d, "\"seed\" and \"draw_seed\" exclude each other.");
	if (!d.rc)
		*ret_retry = retry;
	return d.rc;
}

int json_token_request(const struct buf *body, struct token_request *ret_request, struct err *err)
{
	struct token_request request = { .name = "" };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the token", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	decode_only(&d, KNOWN("name", "scopes"));
	snprintf(request.name, sizeof(request.name), "%s",
		 decode_text(&d, "name", true, sizeof(request.name) - 1));
	decode_list(&d, "scopes", "admin,agent,read,submit", true, request.scopes,
		    sizeof(request.scopes));
	if (!d.rc)
		*ret_request = request;
	return d.rc;
}

int json_lease_request(const struct buf *body, struct lease_request *ret_request, struct err *err)
{
	struct lease_request request = { 0 };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the lease request", .err = err, .rc = rc };
	const char *agent;

	if (rc < 0)
		return rc;
	agent = decode_text(&d, "agent", true, sizeof(request.agent) - 1);
	if (!d.rc && !check_repository(agent))
		decode_fail(&d, "\"agent\" is 1-64 letters, digits, '.', '_' and '-'.");
	snprintf(request.agent, sizeof(request.agent), "%s", agent);
	decode_list(&d, "capabilities", NULL, true, request.capabilities,
		    sizeof(request.capabilities));
	decode_labels(&d, "labels", request.labels, sizeof(request.labels));
	request.wait_s = decode_int(&d, "wait_s", 0, LEASE_WAIT_MAX_S, 0);
	request.fingerprint = decode_raw(&d, "fingerprint", FINGERPRINT_MAX_BYTES);
	if (d.rc < 0)
		lease_request_release(&request);
	else
		*ret_request = request;
	return d.rc;
}

int json_heartbeat(const struct buf *body, struct heartbeat *ret_heartbeat, struct err *err)
{
	struct heartbeat heartbeat = { .load = 0 };
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the heartbeat", .err = err, .rc = rc };
	CLEANUP(free_ptr) char *phase = NULL;

	if (rc < 0)
		return rc;
	phase = decode_sentence(&d, "phase", false, sizeof(heartbeat.phase) - 1);
	check_clean_text(phase, false);
	snprintf(heartbeat.phase, sizeof(heartbeat.phase), "%s", phase);
	heartbeat.load = decode_int(&d, "load", 1, INT64_MAX, 0);
	if (!d.rc)
		*ret_heartbeat = heartbeat;
	return d.rc;
}

int json_block_result(const struct buf *body, struct err *err)
{
	CLEANUP(json_free) json_t *root = NULL;
	int rc = json_parse(body, &root, err);
	struct decode d = { .object = root, .where = "the block's result", .err = err, .rc = rc };

	if (rc < 0)
		return rc;
	if (strcmp(decode_text(&d, "status", true, 16), "done") != 0)
		decode_fail(&d, "\"status\" must be \"done\": faults belong to the loads.");
	return d.rc;
}
