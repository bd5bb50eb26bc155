/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bisections: campaigns that look for the patch of a series that changed a metric.
 *
 *	rc = bisect_premise(conn, &request, &bisection, err);	// the change was seen, and which way
 *	rc = bisect_create(conn, &bisection, &parts, now_ms, err);	// bisection.campaign
 *	rc = bisect_read(conn, campaign, &bisection);		// -ENOENT: it is none
 *	bisect_look(conn, &bisection, &campaign, &state);	// what is known by now, and what next
 *
 * The series' parts are series of their own (series-part.h), built and measured like any other.
 * Nothing but what was asked is stored: where it stands follows from the loads, each time anew.
 */
#ifndef RUNWAY_SERVER_BISECT_H
#define RUNWAY_SERVER_BISECT_H

#include "lib/metric.h"
#include "server/campaign.h"
#include "server/series-part.h"
#include "server/stat-bisect.h"

#define BISECT_BLOCKS_MOST 100 /* unless asked otherwise; exact counts need one for each point */
#define BISECT_BLOCKS_LIMIT 1000
#define BISECT_CONFIDENCE 0.95

struct bisect_request {
	int64_t source; /* the campaign in which the change was seen */
	char series[65], metric[65], isa[8];
	char workload[65], kind[65]; /* "": the metric's headline */
	double confidence;
	int64_t blocks_most;
};

struct bisection {
	int64_t campaign, source, series_id;
	size_t patches;
	const struct metric *metric;
	char *isa, *workload, *kind;
	bool exact, more; /* more: the series has more of it than the base */
	double confidence;
	int64_t blocks_most;
	/* Series of the first k patches (k below patches), and of all but patch k. */
	int64_t first[STAT_BISECT_PATCHES_MAX + 1], without[STAT_BISECT_PATCHES_MAX + 1];
};

void bisection_release(struct bisection *bisection);

/* -ENOENT: no such campaign or series; -EEXIST: nothing to look for, as the campaign stands; -EINVAL:
 * no such metric. */
int bisect_premise(struct db_conn *conn, const struct bisect_request *request,
		   struct bisection *ret_bisection, struct err *err);
/* Stores it, with its parts, which were added, as a campaign of its own and plans its first builds. Fills bisection->campaign. */
int bisect_create(struct db_conn *conn, struct bisection *bisection,
		  const struct series_parts *parts, int64_t now_ms, struct err *err);
int bisect_read(struct db_conn *conn, int64_t campaign, struct bisection *ret_bisection);

enum bisect_outcome {
	BISECT_SEARCHING,  /* a point is to be measured */
	BISECT_VERIFYING,  /* one patch is left: the series without it is to be measured */
	BISECT_NAMED,	   /* without it the series is as the base */
	BISECT_PARTLY,	   /* without it the series is between */
	BISECT_REFUTED,	   /* without it the series is as it was */
	BISECT_UNVERIFIED, /* what the series is without it could not be told */
	BISECT_UNKNOWN,	   /* several are left */
	BISECT_NOTHING,	   /* the whole could not be measured, or is no other code than the base */
};

const char *bisect_outcome_name(enum bisect_outcome outcome);
const char *bisect_answer_name(enum stat_answer answer);

/* A part of the series, as far as it was looked at. */
struct bisect_point {
	size_t number; /* its first so many patches, or all but this one */
	const struct variant *variant; /* NULL: was not asked yet */
	enum stat_answer answer;
	const char *trouble; /* why it has no answer; NULL: none, or not yet */
	size_t blocks;	     /* that rest on it */
	double base, value, whole; /* medians over blocks; NAN without any */
	double effect;		   /* against the base, as fraction; NAN */
	struct stat_interval within; /* 95 % of its own; infinite where nothing bounds it */
};

struct bisect_state {
	struct stat_bisect plan;
	enum bisect_outcome outcome;
	struct bisect_point points[STAT_BISECT_PATCHES_MAX + 1]; /* 1 to patches - 1 */
	double posterior[STAT_BISECT_PATCHES_MAX + 1];		 /* 1 to patches */
	size_t first, last;	   /* patches that are left */
	struct bisect_point verify; /* number 0: not there yet */
	int64_t blocks;		   /* settled */
	/* What to do next, while searching or verifying. */
	int64_t part;		/* the series to measure */
	size_t buy;		/* blocks */
	bool out_of_blocks;	/* it would take more than the budget has */
};

/* The state's variants are the campaign's. */
void bisect_look(struct db_conn *conn, const struct bisection *bisection,
		 const struct campaign *campaign, struct bisect_state *ret_state);

/* What came out, in a sentence; free() it. */
char *bisect_sentence(const struct bisection *bisection, const struct bisect_state *state);

#endif
