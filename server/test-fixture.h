/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real database in a folder of its own, and short ways to move a campaign along, for tests. */
#ifndef RUNWAY_SERVER_TEST_FIXTURE_H
#define RUNWAY_SERVER_TEST_FIXTURE_H

#include <errno.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/file.h"
#include "lib/test.h"
#include "server/artifact.h"
#include "server/campaign.h"
#include "server/lease.h"
#include "server/plan.h"
#include "server/result.h"

#define T0_MS 1000000
#define LEASE_MS 30000
#define UNUSED __attribute__((unused))

struct fixture {
	char *folder;
	struct db *db;
	int64_t now_ms;
	char artifact[SHA256_HEX_BYTES]; /* one that is registered */
};

UNUSED static int fixture_setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	char folder[] = "/tmp/runway-server-XXXXXX";
	struct err err = ERR_INIT;
	struct db_conn *conn;

	f->folder = xstrdup(mkdtemp(folder));
	f->now_ms = T0_MS;
	if (db_open(f->folder, 2, &f->db, &err) < 0)
		fail_msg("%s", err.text);
	sha256_bytes("x", 1, f->artifact);
	conn = db_begin_write(f->db);
	artifact_register(conn, f->artifact, 1, f->now_ms);
	assert_int_equal(db_commit(&conn, &err), 0);
	*state = f;
	return 0;
}

UNUSED static int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	file_remove_tree(f->folder, NULL);
	free(f->folder);
	free(f);
	return 0;
}

UNUSED static void commit(struct db_conn **conn)
{
	struct err err = ERR_INIT;

	if (db_commit(conn, &err) < 0)
		fail_msg("%s", err.text);
}

UNUSED static int64_t make_series(struct fixture *f, const char *name)
{
	struct db_conn *conn = db_begin_write(f->db);
	int64_t id;

	db_run(conn, SQL_SERIES_ADD, db_text(name), db_text(NULL), db_text(f->artifact),
	       db_int(f->now_ms));
	id = db_last_id(conn);
	commit(&conn);
	return id;
}

/* Of series named a, b, c …, which must not exist yet. */
UNUSED static int64_t make_campaign(struct fixture *f, struct campaign_request request,
				    size_t series)
{
	struct db_conn *conn;
	struct err err = ERR_INIT;
	int64_t id = 0;

	for (size_t i = 0; i < series; i++)
		request.series[i] = make_series(f, (char[]){ (char)('a' + i), '\0' });
	request.series_count = series;
	conn = db_begin_write(f->db);
	if (campaign_create(conn, &request, f->now_ms, &id, &err) < 0)
		fail_msg("%s", err.text);
	commit(&conn);
	return id;
}

UNUSED static struct campaign_request usual_request(void)
{
	return (struct campaign_request){ .repository = "linux",
					  .rev = "HEAD",
					  .isa = "svm",
					  .lanes = "exact",
					  .loads_exact = 1,
					  .loads_race = 1,
					  .loads_smp = 2,
					  .seed = 7 };
}

/* An agent with these labels: 0 and a lease, or -EAGAIN. */
UNUSED static int take_labelled(struct fixture *f, const char *capabilities, const char *labels,
				struct lease *ret_lease)
{
	struct lease_request request = { .agent = "agent-1" };
	struct db_conn *conn = db_begin_write(f->db);
	int rc;

	snprintf(request.capabilities, sizeof(request.capabilities), "%s", capabilities);
	snprintf(request.labels, sizeof(request.labels), "%s", labels);
	rc = lease_take(conn, &request, LEASE_MS, f->now_ms, ret_lease);
	commit(&conn);
	return rc;
}

UNUSED static int take(struct fixture *f, const char *capabilities, struct lease *ret_lease)
{
	return take_labelled(f, capabilities, "", ret_lease);
}

UNUSED static struct task read_task(struct fixture *f, int64_t id)
{
	struct db_conn *conn = db_begin_read(f->db);
	struct task task;

	assert_int_equal(task_read(conn, id, &task), 0);
	db_rollback(&conn);
	return task;
}

/* code: what the code's hash is made of; 0: the build fails. */
UNUSED static void finish_build(struct fixture *f, const struct lease *lease, char code)
{
	struct build_artifact artifact = { .name = "bzImage", .bytes = 1 };
	struct build_result result = { .built = code != 0,
				       .sentence = xstrdup("it does not compile"),
				       .artifacts = &artifact,
				       .artifacts_count = 1 };
	struct db_conn *conn = db_begin_write(f->db);
	struct err err = ERR_INIT;

	memcpy(artifact.sha256, f->artifact, sizeof(artifact.sha256));
	memset(result.tree, 'a', 40);
	memset(result.base_tree, 'a', 40);
	memset(result.key, code, 64);
	memset(result.code_sha256, code, 64);
	if (result_record_build(conn, lease, &result, f->now_ms, &err) < 0)
		fail_msg("%s", err.text);
	commit(&conn);
	free(result.sentence);
}

/* Every build of a campaign, the base first: one character each, 0 for one that fails. */
UNUSED static void build_all(struct fixture *f, const char *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct lease lease;

		if (take(f, "build", &lease) == 0)
			finish_build(f, &lease, codes[i]);
	}
}

/* What result_record_load() returned; *ret_recorded is what it said. */
UNUSED static int finish_load(struct fixture *f, const struct lease *lease, int64_t load,
			      const char *status, bool *ret_recorded)
{
	struct sample sample = { .metric = metric_find("exit_window"),
				 .workload = "exit-cpuid",
				 .kind = "cpuid",
				 .value = 45,
				 .n = 1,
				 .total = 1 };
	struct load_result result = { .sentence = (char[]){ "because" },
				      .samples = &sample,
				      .samples_count = 1 };
	struct db_conn *conn = db_begin_write(f->db);
	bool recorded = false;
	struct lease checked;
	int rc = lease_check(conn, lease->name, f->now_ms, &checked, NULL);

	snprintf(result.status, sizeof(result.status), "%s", status);
	if (!rc)
		rc = result_record_load(conn, &checked, load, &result, f->now_ms, &recorded, NULL);
	commit(&conn);
	if (ret_recorded)
		*ret_recorded = recorded;
	return rc;
}

UNUSED static void end_block(struct fixture *f, const struct lease *lease)
{
	struct db_conn *conn = db_begin_write(f->db);

	lease_end(conn, lease, "finished");
	plan_block_ended(conn, lease->task, f->now_ms);
	commit(&conn);
}

/* Runs one block whole: each load gets status, but those of the series named get theirs. */
UNUSED static bool run_block(struct fixture *f, const char *series, const char *status)
{
	struct lease lease;
	struct task task;

	if (take(f, "bench-svm,bench-vmx", &lease) < 0)
		return false;
	task = read_task(f, lease.task);
	for (size_t i = 0; i < task.loads_count; i++)
		finish_load(f, &lease, task.loads[i].id,
			    !strcmp(task.loads[i].series, series) ? status : "ok", NULL);
	end_block(f, &lease);
	task_release(&task);
	return true;
}

UNUSED static struct campaign read_campaign(struct fixture *f, int64_t id)
{
	struct db_conn *conn = db_begin_read(f->db);
	struct campaign campaign = { 0 };

	assert_int_equal(campaign_read(conn, id, &campaign), 0);
	campaign_read_notes(conn, &campaign);
	db_rollback(&conn);
	return campaign;
}

/* Samples of a campaign. */
UNUSED static int64_t count_rows(struct fixture *f, int64_t campaign)
{
	struct campaign read = read_campaign(f, campaign);
	struct db_conn *conn = db_begin_read(f->db);
	int64_t count = 0;

	for (size_t i = 0; i < read.variants_count; i++)
		for (size_t k = 0; k < read.variants[i].loads_count; k++) {
			CLEANUP(rows_end)
			struct rows rows = db_query(conn, SQL_RANK_SAMPLES,
						    db_int(read.variants[i].loads[k].id));

			while (rows_next(&rows))
				count++;
		}
	db_rollback(&conn);
	campaign_release(&read);
	return count;
}

#endif
