// SPDX-License-Identifier: GPL-2.0-or-later
/* What came of a campaign: its ranking, its verdicts, what its authors expected. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "server/handle.h"
#include "server/json_answer.h"
#include "server/json_judge.h"
#include "server/mechanism.h"
#include "server/ranked.h"

static int read_ranked(struct db_conn *conn, int64_t id, struct campaign *campaign,
		       struct ranked *ret_ranked, struct err *err)
{
	if (campaign_read(conn, id, campaign) < 0)
		return err_set(err, -ENOENT, "There is no campaign with this number.");
	ranked_read(conn, campaign, ret_ranked);
	return 0;
}

static int get_ranking(struct request *request, struct db_conn *conn, void *data,
		       struct answer *answer, struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(ranked_release) struct ranked ranked = { 0 };
	struct json_writer w = { .buf = &answer->body };
	int rc = read_ranked(conn, request->numbers[0], &campaign, &ranked, err);

	(void)data;
	if (rc < 0)
		return rc;
	campaign_read_notes(conn, &campaign);
	json_ranking(&w, &campaign, &ranked);
	return 0;
}

void handle_ranking_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get_ranking, NULL);
	answer_tag(request, answer);
}

static int get_statistics(struct request *request, struct db_conn *conn, void *data,
			  struct answer *answer, struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(ranked_release) struct ranked ranked = { 0 };
	struct json_writer w = { .buf = &answer->body };
	int rc = read_ranked(conn, request->numbers[0], &campaign, &ranked, err);

	(void)data;
	if (!rc)
		json_statistics(&w, NULL, &campaign, &ranked.input, &ranked.judgement);
	return rc;
}

void handle_statistics_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get_statistics, NULL);
	answer_tag(request, answer);
}

/* The function whose cost on that path changed most; nothing when none did, or none was counted. */
static void write_function(struct json_writer *w, struct db_conn *conn,
			   const struct campaign *campaign, const char *isa, size_t subject,
			   const char *part)
{
	int64_t own = db_value(conn, 0, SQL_FUNCTION_LOAD, db_int(campaign->variants[subject].id),
			       db_text(isa));
	int64_t base = db_value(conn, 0, SQL_FUNCTION_LOAD, db_int(campaign->variants[0].id),
				db_text(isa));
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_FUNCTION_DIFF, db_int(own), db_int(base));

	while (own && base && rows_next(&rows)) {
		int64_t difference = rows_int(&rows, 4) - rows_int(&rows, 5);

		if (!difference || strcmp(rows_text(&rows, 0), RANK_HEADLINE_KIND) ||
		    strcmp(rows_text(&rows, 1), part))
			continue;
		json_write_object(w, "function");
		json_write_text(w, "module", rows_text(&rows, 2));
		json_write_text(w, "function", rows_text(&rows, 3));
		json_write_int(w, "difference", difference);
		json_write_end(w, '}');
		return;
	}
	json_write_null(w, "function");
}

/* The exit reason whose count changed most; nothing when exits were not traced. */
static void write_reason(struct json_writer *w, struct db_conn *conn,
			 const struct campaign *campaign, const char *isa, size_t subject)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_MECHANISM_REASON, db_int(campaign->id), db_text(isa),
				    db_text(JUDGE_HEADLINE_WORKLOAD), db_int((int64_t)subject));

	if (!rows_next(&rows)) {
		json_write_null(w, "exit_reason");
		return;
	}
	json_write_object(w, "exit_reason");
	json_write_text(w, "reason", rows_text(&rows, 0));
	json_write_real(w, "variant", rows_real(&rows, 1));
	json_write_real(w, "base", rows_real(&rows, 2));
	json_write_end(w, '}');
}

static void write_outcome(struct json_writer *w, struct db_conn *conn,
			  const struct campaign *campaign, const struct ranked *ranked, size_t isa,
			  size_t subject, const struct expectation *expectation)
{
	const struct ranked_isa *on = &ranked->isas[isa];
	const struct judged *headline = ranked_headline(ranked, on->isa, subject);
	const struct judged *sampled = NULL;
	CLEANUP(free_ptr) char *sentence = NULL;
	enum outcome outcome;

	for (size_t i = 0; headline && i < ranked->judgement.count; i++) {
		const struct judged *one = &ranked->judgement.all[i];

		if (one->isa == headline->isa && one->subject == subject &&
		    one->metric == expectation->metric &&
		    !strcmp(one->workload, headline->workload))
			sampled = one;
	}
	outcome = mechanism_judge(expectation, &on->ranking.results[subject],
				  &on->ranking.results[0], sampled, &sentence);
	json_write_object(w, NULL);
	json_write_text(w, "series", campaign->variants[subject].series);
	json_write_text(w, "isa", on->isa);
	json_write_text(w, "metric", expectation->metric->name);
	json_write_text(w, "expected", direction_name(expectation->direction));
	json_write_text(w, "outcome", outcome_name(outcome));
	json_write_text(w, "sentence", sentence);
	if (strcmp(expectation->metric->lane, "smp") != 0) {
		write_function(w, conn, campaign, on->isa, subject, expectation->metric->name);
		json_write_null(w, "exit_reason");
	} else {
		json_write_null(w, "function");
		write_reason(w, conn, campaign, on->isa, subject);
	}
	json_write_end(w, '}');
}

static char *read_expects(struct db_conn *conn, int64_t series)
{
	CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_SERIES_EXPECTS, db_int(series));

	return rows_next(&rows) ? rows_copy(&rows, 0) : NULL;
}

static int get_mechanism(struct request *request, struct db_conn *conn, void *data,
			 struct answer *answer, struct err *err)
{
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	CLEANUP(ranked_release) struct ranked ranked = { 0 };
	struct json_writer w = { .buf = &answer->body };
	int rc = read_ranked(conn, request->numbers[0], &campaign, &ranked, err);

	(void)data;
	if (rc < 0)
		return rc;
	json_write_object(&w, NULL);
	json_write_int(&w, "campaign", campaign.id);
	json_write_array(&w, "expectations");
	for (size_t i = 1; i < campaign.variants_count; i++) {
		struct expectation expectations[EXPECTATIONS_MAX];
		CLEANUP(free_ptr) char *text = read_expects(conn, campaign.variants[i].series_id);
		size_t count = 0;

		/* They were checked when they came in; a metric may have gone since. */
		if (!text || expectations_parse(text, expectations, &count, NULL) < 0)
			continue;
		for (size_t isa = 0; isa < ranked.count; isa++)
			for (size_t k = 0; k < count; k++)
				write_outcome(&w, conn, &campaign, &ranked, isa, i,
					      &expectations[k]);
	}
	json_write_end(&w, ']');
	json_write_end(&w, '}');
	return 0;
}

void handle_mechanism_get(struct request *request, struct answer *answer)
{
	request_read(request, answer, get_mechanism, NULL);
	answer_tag(request, answer);
}
