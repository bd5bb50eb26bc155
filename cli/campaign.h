/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A campaign as the server describes it, and the request that creates one.
 *
 *	CLEANUP(campaign_release) struct campaign campaign = { 0 };
 *	rc = campaign_decode(body.data, body.length, &campaign, err);
 */
#ifndef RUNWAY_CLI_CAMPAIGN_H
#define RUNWAY_CLI_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct campaign_load {
	int64_t id, task;			      /* task 0: none yet */
	char *lane, *isa, *state, *status, *sentence; /* NULL: none */
	int64_t dropped;
	bool control; /* a second load of the base, the null control of its block */
};

struct campaign_variant {
	char *role, *series, *state;
	char *phase, *reason; /* NULL: none */
	char *note;	      /* that its author used another base; NULL: nothing */
	double elapsed_s;
	int64_t series_id, version;   /* 0: the base */
	int64_t build_id, build_task; /* 0: none yet */
	char *build_key;	      /* NULL: none yet */
	bool build_reused;
	struct campaign_load *loads;
	size_t load_count;
};

struct campaign {
	int64_t id;
	char *state;
	char *reason;		       /* NULL: none */
	char *waiting;		       /* that no live agent can do what it needs; NULL: none */
	char *created, *finished;      /* NULL: not told, not yet */
	char *repository, *rev, *tree; /* of the base; tree may be NULL */
	char *base_commit;	       /* what was built; NULL: not known yet */
	char *preferred;	       /* what the series were made on, to be taken; NULL: rev is */
	char *base_note;	       /* that it is not what their authors used; NULL: nothing */
	double elapsed_s, estimate_s;  /* estimate_s < 0: unknown */
	char *isa, *lanes;	       /* with commas between */
	int64_t seed, loads_exact, loads_race, loads_smp; /* 0: not told */
	bool measure_identical;
	struct campaign_variant *variants;
	size_t variant_count;
};

int campaign_decode(const char *data, size_t bytes, struct campaign *ret_campaign, struct err *err);
void campaign_release(struct campaign *campaign);

bool campaign_ended(const struct campaign *campaign);
size_t campaign_loads_done(const struct campaign_variant *variant);
/* "compile", "load 2 of 4" …: what a variant is at; free() it. */
char *campaign_variant_phase(const struct campaign_variant *variant);

/* A page of GET /campaigns. */
struct campaign_page {
	struct campaign *campaigns; /* without their variants */
	size_t count;
	int64_t next; /* 0: no further page */
};

int campaign_page_decode(const char *data, size_t bytes, struct campaign_page *ret_page,
			 struct err *err);
void campaign_page_release(struct campaign_page *page);

#define CAMPAIGN_SERIES_MAX 256
#define CAMPAIGN_LABELS_MAX 16

/* What is left NULL, 0 or false is left to the server's defaults. */
struct campaign_request {
	const char *repository, *rev;
	const char *thread; /* instead of series: a number of a series, or a Message-ID */
	int64_t series[CAMPAIGN_SERIES_MAX];
	size_t series_count;
	const char *isa, *lanes, *workloads; /* names with commas between */
	const char *labels[CAMPAIGN_LABELS_MAX]; /* "rack=a": of hosts that may measure */
	size_t labels_count;
	int64_t priority;
	int64_t loads_exact, loads_race, loads_smp, loads_smp_most;
	bool null_control, no_null_control;
	bool has_seed;
	int64_t seed;
	bool measure_identical;
};

/* Which base it has and why, in a sentence; asked: it was named and not left to the series. free() it.
 */
char *campaign_base_sentence(const struct campaign *campaign, bool asked);

/* The body of POST /campaigns; free() it. */
char *campaign_request_encode(const struct campaign_request *request);
/* The body of POST /campaigns/N/retry; seed -1: the same. free() it. */
char *campaign_retry_encode(bool draw_seed, int64_t seed);

#endif
