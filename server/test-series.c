// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/fetch.h"
#include "server/series.h"
#include "server/test-fixture.h"

#define BASE "0123456789abcdef0123456789abcdef01234567"
#define OTHER "fedcba9876543210fedcba9876543210fedcba98"

/* A mail: headers as they are, a subject, and the line that its patch adds. */
#define MAIL(headers, subject, line)                                                               \
	"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"                 \
	"From: A <a@example.com>\n" headers "Subject: " subject "\n\nWhy.\n---\n"                  \
	"diff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n@@ -1,1 +1,2 @@\n one\n+" line "\n"

static int64_t submit(struct fixture *f, const char *name, const char *mbox)
{
	CLEANUP(series_draft_release) struct series_draft draft = { 0 };
	char sha256[SHA256_HEX_BYTES];
	struct err err = ERR_INIT;
	struct db_conn *conn;
	int64_t id = 0;

	if (series_parse(mbox, strlen(mbox), name, NULL, &draft, &err) < 0)
		fail_msg("%s", err.text);
	sha256_bytes(mbox, strlen(mbox), sha256);
	conn = db_begin_write(f->db);
	series_add(conn, &draft, sha256, strlen(mbox), f->now_ms, &id);
	commit(&conn);
	return id;
}

static struct series look(struct fixture *f, int64_t id)
{
	struct db_conn *conn = db_begin_read(f->db);
	struct series series = { 0 };

	assert_int_equal(series_read(conn, id, &series), 0);
	db_rollback(&conn);
	return series;
}

static void a_reply_with_a_later_version_is_the_next_one(void **state)
{
	struct fixture *f = *state;
	CLEANUP(series_release) struct series second = { 0 };
	int64_t one, two;

	one = submit(f, "first", MAIL("Message-ID: <1@x>\n", "[PATCH] KVM: Set early", "a"));
	two = submit(f, "other",
		     MAIL("Message-ID: <2@x>\nIn-Reply-To: <1@x>\n", "[PATCH v2] KVM: Set it early",
			  "b"));
	second = look(f, two);
	assert_int_equal(second.previous, one);
	assert_int_equal(second.thread, one);
	assert_int_equal(second.posted_version, 2);
	assert_string_equal(second.previous_name, "first");
	assert_string_equal(second.patches[0].change, "new");
	assert_int_equal(second.dropped_count, 1);
}

static void a_counter_proposal_is_in_the_thread_and_no_version(void **state)
{
	struct fixture *f = *state;
	CLEANUP(series_release) struct series second = { 0 };
	int64_t one, two;

	one = submit(f, "first", MAIL("Message-ID: <1@x>\n", "[PATCH] KVM: Set early", "a"));
	two = submit(
		f, "second",
		MAIL("Message-ID: <2@x>\nReferences: <0@x> <1@x>\n", "[PATCH] KVM: Set late", "b"));
	second = look(f, two);
	assert_int_equal(second.thread, one);
	assert_int_equal(second.previous, 0);
}

static void mails_that_answer_the_same_are_one_thread_whatever_came_first(void **state)
{
	struct fixture *f = *state;
	CLEANUP(series_release) struct series three = { 0 };
	CLEANUP(series_release) struct series two = { 0 };
	int64_t ids[3];

	ids[0] =
		submit(f, "b", MAIL("Message-ID: <2@x>\nIn-Reply-To: <1@x>\n", "[PATCH] two", "b"));
	ids[1] = submit(f, "c",
			MAIL("Message-ID: <3@x>\nIn-Reply-To: <9@x>\n", "[PATCH] three", "c"));
	two = look(f, ids[1]);
	assert_int_equal(two.thread, ids[1]);
	ids[2] =
		submit(f, "a", MAIL("Message-ID: <1@x>\nIn-Reply-To: <9@x>\n", "[PATCH] one", "a"));
	series_release(&two);
	two = look(f, ids[1]);
	three = look(f, ids[2]);
	assert_int_equal(two.thread, ids[0]);
	assert_int_equal(three.thread, ids[0]);
}

static void patches_of_a_version_are_told_from_those_before(void **state)
{
	struct fixture *f = *state;
	CLEANUP(series_release) struct series second = { 0 };

	submit(f, "s",
	       MAIL("", "[PATCH 1/3] one", "a") MAIL("", "[PATCH 2/3] two", "b")
		       MAIL("", "[PATCH 3/3] three", "c"));
	second = look(f, submit(f, "s",
				MAIL("", "[PATCH 1/3] two, in other words", "b")
					MAIL("", "[PATCH 2/3] one", "A")
						MAIL("", "[PATCH 3/3] four", "d")));
	assert_string_equal(second.patches[0].change, "unchanged");
	assert_int_equal(second.patches[0].was, 2);
	assert_string_equal(second.patches[1].change, "changed");
	assert_int_equal(second.patches[1].was, 1);
	assert_string_equal(second.patches[2].change, "new");
	assert_int_equal(second.patches[2].was, 0);
	assert_int_equal(second.dropped_count, 1);
	assert_string_equal(second.dropped[0].subject, "three");
}

static void a_campaign_may_ask_for_a_thread(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	struct err err = ERR_INIT;
	struct db_conn *conn;
	int64_t id = 0, last;

	submit(f, "s", MAIL("Message-ID: <1@x>\n", "[PATCH] one", "a"));
	submit(f, "s", MAIL("Message-ID: <2@x>\nIn-Reply-To: <1@x>\n", "[PATCH v2] one", "b"));
	last = submit(f, "t", MAIL("Message-ID: <3@x>\nIn-Reply-To: <2@x>\n", "[PATCH] two", "c"));
	submit(f, "u", MAIL("Message-ID: <4@x>\n", "[PATCH] elsewhere", "d"));
	snprintf(request.thread, sizeof(request.thread), "1@x");
	conn = db_begin_write(f->db);
	if (campaign_create(conn, &request, f->now_ms, &id, &err) < 0)
		fail_msg("%s", err.text);
	commit(&conn);
	campaign = read_campaign(f, id);
	assert_int_equal(campaign.variants_count, 3);
	assert_string_equal(campaign.variants[1].series, "s");
	assert_int_equal(campaign.variants[1].version, 2);
	assert_int_equal(campaign.variants[2].series_id, last);
	snprintf(request.thread, sizeof(request.thread), "nobody@x");
	conn = db_begin_write(f->db);
	assert_int_equal(campaign_create(conn, &request, f->now_ms, &id, &err), -EINVAL);
	db_rollback(&conn);
}

static int64_t ask_for(struct fixture *f, struct campaign_request request, int64_t one, int64_t two)
{
	struct err err = ERR_INIT;
	struct db_conn *conn = db_begin_write(f->db);
	int64_t id = 0;

	request.series[0] = one;
	request.series[1] = two;
	request.series_count = two ? 2 : 1;
	if (campaign_create(conn, &request, f->now_ms, &id, &err) < 0)
		fail_msg("%s", err.text);
	commit(&conn);
	return id;
}

static void the_authors_base_is_preferred_when_they_agree(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign agreed = { 0 };
	CLEANUP(campaign_release) struct campaign not = { 0 };
	struct campaign_request request = usual_request();
	int64_t one = submit(f, "a", MAIL("", "[PATCH] one", "a") "\nbase-commit: " BASE "\n");
	int64_t two = submit(f, "b", MAIL("", "[PATCH] two", "b") "\nbase-commit: " OTHER "\n");
	CLEANUP(task_release) struct task task = { 0 };
	struct lease lease;

	request.rev[0] = '\0';
	agreed = read_campaign(f, ask_for(f, request, one, 0));
	assert_string_equal(agreed.preferred_commit, BASE);
	assert_string_equal(agreed.rev, "HEAD");
	assert_int_equal(take(f, "build", &lease), 0);
	task = read_task(f, lease.task);
	assert_string_equal(task.preferred, BASE);
	not = read_campaign(f, ask_for(f, request, one, two));
	assert_null(not .preferred_commit);
}

static void another_base_is_noted(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	int64_t one = submit(f, "a", MAIL("", "[PATCH] one", "a") "\nbase-commit: " BASE "\n");
	int64_t id = ask_for(f, request, one, 0);
	struct db_conn *conn = db_begin_write(f->db);

	db_run(conn, SQL_BASE_SET_COMMIT, db_int(id), db_text(OTHER));
	commit(&conn);
	campaign = read_campaign(f, id);
	assert_non_null(strstr(campaign.variants[1].note, "0123456789ab"));
	assert_non_null(strstr(campaign.variants[1].note, "fedcba987654"));
	assert_null(campaign.base_note);
}

static void what_was_measured_of_the_same_tree_is_named(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t one = submit(f, "a", MAIL("", "[PATCH] one", "a"));
	int64_t first = ask_for(f, usual_request(), one, 0), again;

	build_all(f, "12", 2);
	while (run_block(f, "", "ok"))
		;
	again = ask_for(f, usual_request(), submit(f, "a", MAIL("", "[PATCH v2] one", "a")), 0);
	build_all(f, "12", 2);
	campaign = read_campaign(f, again);
	assert_int_equal(campaign.variants[1].same_tree.campaign, first);
	assert_int_equal(campaign.variants[1].same_tree.series_id, one);
	assert_int_equal(campaign.variants[1].same_tree.version, 1);
}

static int64_t submit_branch(struct fixture *f)
{
	struct git_request request = { .url = "https://host/a",
				       .ref = "users/me/early",
				       .repository = "linux" };
	struct db_conn *conn = db_begin_write(f->db);
	int64_t id = fetch_submit(conn, &request, f->now_ms);

	commit(&conn);
	return id;
}

static void finish_fetch(struct fixture *f, const struct lease *lease, const char *mbox)
{
	CLEANUP(series_draft_release) struct series_draft draft = { 0 };
	CLEANUP(fetch_release) struct fetch fetch = { 0 };
	struct fetch_facts facts = { BASE, OTHER, OTHER };
	struct series_parts none = { 0 };
	struct db_conn *conn = db_begin_write(f->db);
	struct err err = ERR_INIT;

	assert_int_equal(fetch_read(conn, lease->task, &fetch), 0);
	db_run(conn, SQL_TASK_FINISH, db_int(lease->task), db_text("done"), db_int(f->now_ms));
	lease_end(conn, lease, "finished");
	if (mbox) {
		assert_int_equal(series_parse(mbox, strlen(mbox), NULL, NULL, &draft, &err), 0);
		fetch_ready(conn, &fetch, &draft, f->artifact, 1, &facts, &none, f->now_ms);
	} else {
		fetch_failed(conn, fetch.series, "No such branch.", f->now_ms);
	}
	commit(&conn);
}

static void a_campaign_waits_for_what_is_fetched(void **state)
{
	struct fixture *f = *state;
	CLEANUP(series_release) struct series series = { 0 };
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	int64_t one = submit_branch(f), two = submit_branch(f), id;
	struct lease lease;

	series = look(f, one);
	assert_string_equal(series.state, "fetching");
	assert_string_equal(series.name, "users-me-early");
	id = ask_for(f, request, one, submit(f, "b", MAIL("", "[PATCH] b", "b")));
	assert_int_equal(take(f, "build", &lease), 0);
	finish_fetch(f, &lease, MAIL("", "[PATCH] one", "a"));
	assert_int_equal(take(f, "build", &lease), 0);
	finish_fetch(f, &lease, NULL);
	/* The base, the one that was there, and the one that was fetched. */
	build_all(f, "123", 3);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "measuring");
	series_release(&series);
	series = look(f, two);
	assert_string_equal(series.state, "failed");
	assert_string_equal(series.reason, "No such branch.");
	assert_int_equal(take(f, "build", &lease), -EAGAIN);
}

static void a_campaign_without_a_base_waits_for_all_of_its_series(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	struct lease lease, none;
	int64_t id;

	request.rev[0] = '\0';
	id = ask_for(f, request, submit_branch(f), 0);
	assert_int_equal(take(f, "build", &lease), 0);
	assert_int_equal(take(f, "build", &none), -EAGAIN);
	finish_fetch(f, &lease, MAIL("", "[PATCH] one", "a"));
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.preferred_commit, BASE);
	assert_int_equal(take(f, "build", &lease), 0);
}

static void a_series_that_cannot_be_fetched_fails_its_variant_alone(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	int64_t id = ask_for(f, usual_request(), submit_branch(f),
			     submit(f, "b", MAIL("", "[PATCH] b", "b")));
	struct lease lease;

	/* Three agents that come to nothing. */
	for (int i = 0; i < PLAN_ATTEMPTS_MAX; i++) {
		assert_int_equal(take(f, "build", &lease), 0);
		f->now_ms += LEASE_MS + 1;
	}
	build_all(f, "12", 2);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "measuring");
	assert_string_equal(campaign.variants[1].state, "failed");
	assert_non_null(strstr(campaign.variants[1].reason, "lost 3 times while fetching"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static struct db_conn *cancel(struct fixture *f, int64_t id, int expected)
{
	struct db_conn *conn = db_begin_write(f->db);
	struct err err = ERR_INIT;

	assert_int_equal(fetch_cancel(conn, id, "ann", f->now_ms, &err), expected);
	return conn;
}

static void a_fetch_that_is_cancelled_takes_its_lease_with_it(void **state)
{
	struct fixture *f = *state;
	CLEANUP(series_release) struct series series = { 0 };
	struct err err = ERR_INIT;
	struct db_conn *conn;
	int64_t id = submit_branch(f);
	struct lease lease, again;

	assert_int_equal(take(f, "build", &lease), 0);
	conn = cancel(f, id, 0);
	commit(&conn);
	series = look(f, id);
	assert_string_equal(series.state, "failed");
	assert_string_equal(series.reason, "Cancelled by ann.");
	conn = db_begin_write(f->db);
	assert_int_equal(lease_check(conn, lease.name, f->now_ms, &again, &err), -ESTALE);
	db_rollback(&conn);
	/* Nor is it anybody else's, then or when the lease would have expired. */
	f->now_ms += 2 * LEASE_MS;
	assert_int_equal(take(f, "build", &again), -EAGAIN);
	conn = cancel(f, id, -EEXIST);
	db_rollback(&conn);
}

static void a_campaign_goes_on_without_a_fetch_that_was_cancelled(void **state)
{
	struct fixture *f = *state;
	CLEANUP(campaign_release) struct campaign campaign = { 0 };
	struct campaign_request request = usual_request();
	int64_t one = submit_branch(f), two = submit(f, "b", MAIL("", "[PATCH] b", "b")), id;
	struct db_conn *conn;

	id = ask_for(f, request, one, two);
	conn = cancel(f, one, 0);
	commit(&conn);
	build_all(f, "12", 2);
	campaign = read_campaign(f, id);
	assert_string_equal(campaign.state, "measuring");
	assert_string_equal(campaign.variants[1].state, "failed");
	assert_non_null(strstr(campaign.variants[1].reason, "Cancelled by ann."));
}

static void what_is_not_fetched_cannot_be_cancelled(void **state)
{
	struct fixture *f = *state;
	int64_t id = submit(f, "b", MAIL("", "[PATCH] b", "b"));
	struct db_conn *conn = cancel(f, id, -EEXIST);

	db_rollback(&conn);
	conn = cancel(f, id + 1, -ENOENT);
	db_rollback(&conn);
}

#define THREE                                                                                      \
	MAIL("", "[PATCH 1/3] one", "a")                                                           \
	MAIL("", "[PATCH 2/3] two", "b") MAIL("", "[PATCH 3/3] three", "c")

/* The parts of three patches, of the series with that number and name, added. */
static struct series_parts make_parts(struct fixture *f, int64_t id, const char *name, bool without,
				      bool anew)
{
	struct series_whole whole = { id, name, "in_guest" };
	struct artifact_store *store = NULL;
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	struct series_parts parts = { 0 };
	struct err err = ERR_INIT;
	struct db_conn *conn;

	if (artifact_store_open(f->folder, 1 << 20, 0, &store, &err) < 0 ||
	    mbox_parse(THREE, strlen(THREE), &mbox, &err) < 0 ||
	    series_parts_make(store, &whole, &mbox, without, &parts, &err) < 0)
		fail_msg("%s", err.text);
	conn = db_begin_write(f->db);
	series_parts_add(conn, &parts, anew, f->now_ms);
	commit(&conn);
	artifact_store_close(store);
	return parts;
}

static void is_part(struct fixture *f, const struct series_part *part, const char *name,
		    int64_t whole, const char *first, size_t patches)
{
	CLEANUP(series_release) struct series series = look(f, part->series);

	assert_string_equal(series.name, name);
	assert_string_equal(series.sender_flag, "in_guest");
	assert_string_equal(series.mbox_sha256, part->sha256);
	assert_int_equal(series.part_of, whole);
	assert_int_equal(series.patches_count, patches);
	assert_string_equal(series.patches[0].subject, first);
}

static void parts_are_beginnings_and_what_is_left_without_a_patch(void **state)
{
	struct fixture *f = *state;
	int64_t whole = submit(f, "s", THREE);
	CLEANUP(series_parts_release)
	struct series_parts all = make_parts(f, whole, "s", true, false);
	CLEANUP(series_parts_release)
	struct series_parts some = make_parts(f, whole, "t", false, false);

	assert_int_equal(all.count, 4);
	is_part(f, &all.all[0], "s-1", whole, "one", 1);
	is_part(f, &all.all[1], "s-without-1", whole, "two", 2);
	is_part(f, &all.all[2], "s-2", whole, "one", 2);
	is_part(f, &all.all[3], "s-without-2", whole, "one", 2);
	assert_int_equal(some.count, 2);
	is_part(f, &some.all[1], "t-2", whole, "one", 2);
}

static void parts_that_are_known_are_used_again_unless_they_are_wanted_anew(void **state)
{
	struct fixture *f = *state;
	int64_t whole = submit(f, "s", THREE);
	CLEANUP(series_parts_release)
	struct series_parts one = make_parts(f, whole, "s", false, false);
	CLEANUP(series_parts_release)
	struct series_parts two = make_parts(f, whole, "s", false, false);
	CLEANUP(series_parts_release)
	struct series_parts anew = make_parts(f, whole, "s", false, true);
	CLEANUP(series_release) struct series series = look(f, anew.all[0].series);

	assert_int_equal(one.all[0].series, two.all[0].series);
	assert_int_not_equal(one.all[0].series, anew.all[0].series);
	assert_int_equal(series.version, 2);
}

static void a_parts_number_stays_when_its_name_is_cut(void **state)
{
	struct fixture *f = *state;
	static const char name[] =
		"a234567890123456789012345678901234567890123456789012345678901234";
	int64_t whole = submit(f, name, THREE);
	CLEANUP(series_parts_release)
	struct series_parts parts = make_parts(f, whole, name, true, false);

	assert_int_equal(strlen(name), SERIES_NAME_MAX);
	assert_int_equal(strlen(parts.all[3].draft.name), SERIES_NAME_MAX);
	assert_non_null(strstr(parts.all[3].draft.name, "4-without-2"));
}

/* Its mail has the subject and the author of a series of one patch. */
static void a_part_is_no_version_of_another_series(void **state)
{
	struct fixture *f = *state;
	int64_t whole;

	submit(f, "other", MAIL("", "[PATCH] one", "A"));
	whole = submit(f, "s", THREE);
	CLEANUP(series_parts_release)
	struct series_parts parts = make_parts(f, whole, "s", false, false);
	CLEANUP(series_release) struct series series = look(f, parts.all[0].series);

	assert_int_equal(series.previous, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_campaign_goes_on_without_a_fetch_that_was_cancelled),
		TEST(a_campaign_may_ask_for_a_thread),
		TEST(a_campaign_waits_for_what_is_fetched),
		TEST(a_campaign_without_a_base_waits_for_all_of_its_series),
		TEST(a_counter_proposal_is_in_the_thread_and_no_version),
		TEST(a_fetch_that_is_cancelled_takes_its_lease_with_it),
		TEST(a_part_is_no_version_of_another_series),
		TEST(a_parts_number_stays_when_its_name_is_cut),
		TEST(a_reply_with_a_later_version_is_the_next_one),
		TEST(a_series_that_cannot_be_fetched_fails_its_variant_alone),
		TEST(another_base_is_noted),
		TEST(mails_that_answer_the_same_are_one_thread_whatever_came_first),
		TEST(parts_are_beginnings_and_what_is_left_without_a_patch),
		TEST(parts_that_are_known_are_used_again_unless_they_are_wanted_anew),
		TEST(patches_of_a_version_are_told_from_those_before),
		TEST(the_authors_base_is_preferred_when_they_agree),
		TEST(what_is_not_fetched_cannot_be_cancelled),
		TEST(what_was_measured_of_the_same_tree_is_named),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
