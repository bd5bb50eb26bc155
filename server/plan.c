// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/plan.h"

#include <stdio.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/list.h"
#include "server/campaign.h"
#include "server/plan-internal.h"

static void campaign_failed(struct db_conn *conn, int64_t campaign, const char *reason,
			    int64_t now_ms)
{
	CLEANUP(free_ptr) char *why = xasprintf("Not measured: %s", reason);

	db_run(conn, SQL_CAMPAIGN_FINISH, db_int(campaign), db_text("failed"), db_text(reason),
	       db_int(now_ms));
	db_run(conn, SQL_VARIANT_FAIL_OPEN, db_int(campaign), db_text(why), db_int(now_ms));
	db_run(conn, SQL_CAMPAIGN_SKIP_LOADS, db_int(campaign), db_text(why), db_int(now_ms));
	db_run(conn, SQL_CAMPAIGN_CANCEL_LEASES, db_int(campaign));
	db_run(conn, SQL_CAMPAIGN_CANCEL_TASKS, db_int(campaign), db_int(now_ms));
}

void plan_build(struct db_conn *conn, int64_t campaign, int64_t variant, int64_t now_ms)
{
	db_run(conn, SQL_TASK_ADD_BUILD, db_int(campaign), db_int(variant), db_int(now_ms));
}

/* Tasks without open loads are over; so is a campaign without open loads. */
static void settle_loads(struct db_conn *conn, int64_t campaign, int64_t now_ms)
{
	db_run(conn, SQL_BLOCK_SETTLE, db_int(campaign), db_int(now_ms));
	if (db_value(conn, 1, SQL_CAMPAIGN_OPEN_LOADS, db_int(campaign)))
		return;
	if (plan_is_bisection(conn, campaign))
		plan_bisect(conn, campaign, now_ms);
	else if (!plan_more(conn, campaign, now_ms))
		db_run(conn, SQL_CAMPAIGN_FINISH, db_int(campaign), db_text("done"), db_text(NULL),
		       db_int(now_ms));
}

void plan_variant_failed(struct db_conn *conn, int64_t campaign, int64_t variant, bool base,
			 const char *reason, int64_t now_ms)
{
	CLEANUP(free_ptr) char *why = NULL;

	db_run(conn, SQL_VARIANT_FINISH, db_int(variant), db_text("failed"), db_text(reason),
	       db_int(now_ms));
	why = xasprintf(base ? "The base failed: %s" : "Not run: %s", reason);
	if (base)
		campaign_failed(conn, campaign, why, now_ms);
	else
		db_run(conn, SQL_VARIANT_SKIP_LOADS, db_int(variant), db_text(why), db_int(now_ms));
}

/* SplitMix64 (Steele, Lea, Flood 2014): small, documented, the same on every machine. */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Uniform in 0 … bound-1: values that would favour the small ones are drawn again. */
static size_t random_below(uint64_t *state, size_t bound)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % bound, value;

	do {
		value = random_next(state);
	} while (value >= limit);
	return (size_t)(value % bound);
}

static void reverse(size_t *order, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		size_t other = order[count - 1 - i];

		order[count - 1 - i] = order[i];
		order[i] = other;
	}
}

void plan_order(uint64_t seed, unsigned number, bool shuffled, size_t count, size_t rounds,
		size_t *ret_order)
{
	/* Both blocks of a pair start from the same state. */
	uint64_t state = seed ^ ((uint64_t)((number - 1) / 2) << 53);

	for (size_t i = 0; i < count * rounds; i++)
		ret_order[i] = i % count;
	if (!shuffled)
		return;
	for (size_t i = count * rounds - 1; i > 0; i--) {
		size_t other = random_below(&state, i + 1), held = ret_order[i];

		ret_order[i] = ret_order[other];
		ret_order[other] = held;
	}
	if (number % 2 == 0)
		reverse(ret_order, count * rounds);
}

void plan_add_block(struct db_conn *conn, const struct campaign *campaign, const char *isa,
		    const char *lane, unsigned number, const struct participants *who,
		    int64_t now_ms)
{
	bool exact = !strcmp(lane, "exact"), posted = !strcmp(lane, "posted");
	bool race = posted || !strcmp(lane, "race");
	size_t rounds = exact  ? (size_t)campaign->loads_exact
			: race ? (size_t)campaign->loads_race
			       : 1;
	CLEANUP(free_ptr) size_t *order = xcalloc(who->count * rounds, sizeof(*order));
	char capability[32];
	int64_t block;

	/* Not every host of that ISA posts interrupts. */
	snprintf(capability, sizeof(capability), "bench-%s%s", isa, posted ? "-posted" : "");
	db_run(conn, SQL_TASK_ADD_BLOCK, db_int(campaign->id), db_text(capability), db_int(now_ms));
	db_run(conn, SQL_BLOCK_ADD, db_int(campaign->id), db_int(db_last_id(conn)), db_text(isa),
	       db_text(lane), db_int(number));
	block = db_last_id(conn);
	plan_order((uint64_t)campaign->seed, number, !exact && !race, who->count, rounds, order);
	for (size_t i = 0; i < who->count * rounds; i++) {
		db_run(conn, SQL_LOAD_ADD, db_int(block), db_int(who->variants[order[i]]),
		       db_int((int64_t)i));
		if (who->control && order[i] == who->control)
			db_run(conn, SQL_LOAD_SET_CONTROL, db_int(db_last_id(conn)));
	}
}

void plan_add_control(const struct campaign *campaign, struct participants *who)
{
	who->control = who->count;
	who->variants[who->count++] = campaign->variants[0].id;
}

static void add_blocks(struct db_conn *conn, const struct campaign *campaign,
		       const struct participants *who, int64_t now_ms)
{
	static const char *const isas[] = { "svm", "vmx" };
	struct participants sampled = *who;

	if (campaign->null_control)
		plan_add_control(campaign, &sampled);
	for (size_t i = 0; i < 2; i++) {
		if (!list_has(campaign->isa, isas[i]))
			continue;
		if (list_has(campaign->lanes, "exact"))
			plan_add_block(conn, campaign, isas[i], "exact", 1, who, now_ms);
		if (list_has(campaign->lanes, "race"))
			plan_add_block(conn, campaign, isas[i], "race", 1, who, now_ms);
		if (list_has(campaign->lanes, "posted") && !strcmp(isas[i], "vmx"))
			plan_add_block(conn, campaign, isas[i], "posted", 1, who, now_ms);
		if (!list_has(campaign->lanes, "smp"))
			continue;
		for (unsigned number = 1; number <= campaign->loads_smp; number++)
			plan_add_block(conn, campaign, isas[i], "smp", number, &sampled, now_ms);
	}
	db_run(conn, SQL_CAMPAIGN_SET_MEASURING, db_int(campaign->id));
}

static bool is_identical(const struct campaign *campaign, const struct variant *variant)
{
	const struct variant *base = &campaign->variants[0];

	return variant != base && !campaign->measure_identical && base->build &&
	       !strcmp(variant->state, "built") && variant->code_sha256 &&
	       !strcmp(variant->code_sha256, base->code_sha256);
}

void plan_built(struct db_conn *conn, int64_t campaign_id, int64_t now_ms)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct participants who = { .count = 0 };
	bool open = false;

	if (campaign_read(conn, campaign_id, &campaign) < 0 ||
	    strcmp(campaign.state, "building") != 0)
		return;
	for (size_t i = 0; i < campaign.variants_count; i++) {
		struct variant *variant = &campaign.variants[i];

		if (is_identical(&campaign, variant))
			db_run(conn, SQL_VARIANT_FINISH, db_int(variant->id), db_text("identical"),
			       db_text("Its code is the same as the base's, byte for byte."),
			       db_int(now_ms));
		else if (!strcmp(variant->state, "built"))
			who.variants[who.count++] = variant->id;
		else if (!list_has("done,failed,identical", variant->state))
			open = true; /* done: a bisection builds while others were measured */
	}
	if (open)
		return;
	if (plan_is_bisection(conn, campaign_id)) {
		plan_bisect(conn, campaign_id, now_ms);
		return;
	}
	if (who.count > 1) {
		add_blocks(conn, &campaign, &who, now_ms);
		return;
	}
	/* Only the base is left: nothing to compare it with. */
	db_run(conn, SQL_VARIANT_FINISH, db_int(campaign.variants[0].id), db_text("done"),
	       db_text(NULL), db_int(now_ms));
	db_run(conn, SQL_CAMPAIGN_FINISH, db_int(campaign.id), db_text("done"), db_text(NULL),
	       db_int(now_ms));
}

static char *fault_text(const char *status, const char *sentence)
{
	return sentence && *sentence ? xasprintf("%s: %s", status, sentence) : xstrdup(status);
}

/* The faults of a variant's loads, one for each ISA; NULL when there are none. */
static char *variant_faults(struct db_conn *conn, int64_t variant)
{
	bool several = db_value(conn, 1, SQL_VARIANT_ISAS, db_int(variant)) > 1;
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_VARIANT_FAULTS, db_int(variant));
	char *text = NULL;

	while (rows_next(&rows)) {
		CLEANUP(free_ptr) char *before = text;
		CLEANUP(free_ptr)
		char *fault = fault_text(rows_text(&rows, 1), rows_text(&rows, 2));

		text = several ? xasprintf("%s%s%s: %s", before ? before : "", before ? "; " : "",
					   rows_text(&rows, 0), fault)
			       : xstrdup(fault);
	}
	return text;
}

/* A series that fails on one ISA is still measured on the other: its loads there go on. */
void plan_load_done(struct db_conn *conn, const struct plan_load *load, const char *status,
		    const char *sentence, int64_t now_ms)
{
	CLEANUP(free_ptr) char *fault = fault_text(status, sentence);
	CLEANUP(free_ptr) char *why = xasprintf("Not run: %s", fault);
	bool failed = strcmp(status, "ok") != 0;

	if (failed && load->base)
		plan_variant_failed(conn, load->campaign, load->variant, true, fault, now_ms);
	else if (failed)
		db_run(conn, SQL_VARIANT_SKIP_ISA, db_int(load->variant), db_int(load->id),
		       db_text(why), db_int(now_ms));
	if (!(failed && load->base) &&
	    !db_value(conn, 1, SQL_VARIANT_OPEN_LOADS, db_int(load->variant))) {
		CLEANUP(free_ptr) char *faults = variant_faults(conn, load->variant);

		db_run(conn, SQL_VARIANT_FINISH, db_int(load->variant),
		       db_text(faults ? "failed" : "done"), db_text(faults), db_int(now_ms));
	}
	settle_loads(conn, load->campaign, now_ms);
}

void plan_load_host_failed(struct db_conn *conn, const struct plan_load *load, const char *sentence,
			   int64_t now_ms)
{
	CLEANUP(free_ptr) char *reason = NULL;

	if (load->host_failures < PLAN_ATTEMPTS_MAX)
		return;
	reason = xasprintf("The machine failed %d times at the same load: %s", PLAN_ATTEMPTS_MAX,
			   sentence && *sentence ? sentence : "no reason given");
	campaign_failed(conn, load->campaign, reason, now_ms);
}

/* What giving a task back needs to know of it. */
struct task_facts {
	int64_t campaign, variant, lost, unfinished, open_loads;
	bool block, fetch, leased, base;
};

static bool read_task(struct db_conn *conn, int64_t task, struct task_facts *ret)
{
	struct task_facts facts = { 0 };

	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TASK_FIND, db_int(task));

		if (!rows_next(&rows))
			return false;
		facts.block = !strcmp(rows_text(&rows, 1), "block");
		facts.fetch = !strcmp(rows_text(&rows, 1), "fetch");
		facts.campaign = rows_int(&rows, 2);
		facts.leased = !strcmp(rows_text(&rows, 3), "leased");
		facts.base = rows_text(&rows, 8) && !strcmp(rows_text(&rows, 8), "base");
		facts.variant = rows_int(&rows, 16);
		facts.lost = rows_int(&rows, 17);
		facts.unfinished = rows_int(&rows, 18);
	}
	if (facts.block) {
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TASK_LOADS, db_int(task));

		while (rows_next(&rows))
			facts.open_loads += strcmp(rows_text(&rows, 1), "done") != 0;
	}
	*ret = facts;
	return true;
}

/* Back to the queue, or over when every load has its result. */
static void give_back(struct db_conn *conn, int64_t task, const struct task_facts *facts,
		      int attempt, int lost, int unfinished, int64_t now_ms)
{
	if (facts->block && !facts->open_loads) {
		db_run(conn, SQL_TASK_FINISH, db_int(task), db_text("done"), db_int(now_ms));
		return;
	}
	db_run(conn, SQL_TASK_GIVE_BACK, db_int(task), db_int(attempt), db_int(lost),
	       db_int(unfinished));
	if (facts->block) /* none is running now */
		db_run(conn, SQL_LOAD_RUNNING, db_int(task), db_int(0));
	else if (!facts->fetch)
		db_run(conn, SQL_VARIANT_START, db_int(facts->variant), db_text("waiting"),
		       db_int(now_ms));
}

void plan_block_ended(struct db_conn *conn, int64_t task, int64_t now_ms)
{
	struct task_facts facts;

	if (!read_task(conn, task, &facts))
		return;
	if (facts.open_loads && facts.unfinished + 1 >= PLAN_UNFINISHED_MAX)
		campaign_failed(conn, facts.campaign,
				"Agents ended a block again and again without results for all of "
				"its loads.",
				now_ms);
	else
		give_back(conn, task, &facts, 1, 0, 1, now_ms);
}

void plan_task_lost(struct db_conn *conn, int64_t task, int64_t now_ms)
{
	struct task_facts facts;
	char reason[96];

	if (!read_task(conn, task, &facts) || !facts.leased)
		return;
	if (facts.lost + 1 < PLAN_ATTEMPTS_MAX || (facts.block && !facts.open_loads)) {
		give_back(conn, task, &facts, 1, 1, 0, now_ms);
		return;
	}
	snprintf(reason, sizeof(reason), "An agent was lost %d times while %s.", PLAN_ATTEMPTS_MAX,
		 facts.block   ? "measuring"
		 : facts.fetch ? "fetching"
			       : "building");
	if (facts.block) {
		campaign_failed(conn, facts.campaign, reason, now_ms);
		return;
	}
	db_run(conn, SQL_TASK_FINISH, db_int(task), db_text("failed"), db_int(now_ms));
	if (facts.fetch) {
		plan_fetch_lost(conn, task, reason, now_ms);
		return;
	}
	plan_variant_failed(conn, facts.campaign, facts.variant, facts.base, reason, now_ms);
	plan_built(conn, facts.campaign, now_ms);
}

void plan_task_returned(struct db_conn *conn, int64_t task, int64_t now_ms)
{
	struct task_facts facts;

	if (read_task(conn, task, &facts) && facts.leased)
		give_back(conn, task, &facts, 0, 0, 0, now_ms);
}
