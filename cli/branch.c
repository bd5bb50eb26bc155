// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/branch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#define GIT_TIME_MAX_MS 120000
#define ANSWER_MAX_BYTES 4096
#define ARGUMENTS_MAX 12

static void take_output(void *data, const char *bytes, size_t count)
{
	struct buf *out = data;

	/* One byte too many is how the caller learns that it did not fit. */
	buf_append_some(out, bytes, count);
}

/* Runs git there; 1 when it said no. arguments end in NULL. */
static int run_git(const char *repository, const char *const *arguments, struct buf *out,
		   struct err *err)
{
	const char *argv[ARGUMENTS_MAX + 5] = { "git", "--no-pager", "-C", repository };
	struct proc_spec spec = {
		.argv = argv, .time_limit_ms = GIT_TIME_MAX_MS, .output = take_output, .data = out
	};
	struct proc_result result;
	int rc;

	for (size_t i = 0; arguments[i]; i++)
		argv[4 + i] = arguments[i];
	rc = proc_run(&spec, &result, err);
	if (rc < 0)
		return err_wrap(err, "git");
	if (result.end != PROC_EXITED) {
		char how[128];

		proc_describe(&result, how, sizeof(how));
		return err_set(err, -EIO, "git %s.", how);
	}
	return result.status != 0;
}

static int is_repository(const char *repository, struct err *err)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(ANSWER_MAX_BYTES);
	const char *const arguments[] = { "rev-parse", "--git-dir", NULL };
	int rc = run_git(repository, arguments, &out, err);
	CLEANUP(free_ptr) char *why = NULL;

	if (rc <= 0)
		return rc;
	why = text_clean(out.data, TEXT_ONE_LINE);
	return err_set(err, -EINVAL, "%s is no git repository that can be used: %s", repository,
		       why);
}

/* 1: there is no such revision. */
static int find(const char *repository, const char *rev, char ret_commit[BRANCH_COMMIT_BYTES],
		struct err *err)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *as_commit = xasprintf("%s^{commit}", rev);
	const char *const arguments[] = { "rev-parse",	      "-q",	 "--verify",
					  "--end-of-options", as_commit, NULL };
	int rc = run_git(repository, arguments, &out, err);

	if (rc)
		return rc;
	snprintf(ret_commit, BRANCH_COMMIT_BYTES, "%.*s", (int)strcspn(out.data, "\n"), out.data);
	return 0;
}

int branch_commit(const char *repository, const char *rev, char ret_commit[BRANCH_COMMIT_BYTES],
		  struct err *err)
{
	int rc = is_repository(repository, err);

	if (!rc)
		rc = find(repository, rev, ret_commit, err);
	return rc > 0 ? err_set(err, -EINVAL, "There is no revision %s in %s.", rev, repository)
		      : rc;
}

static int find_base(const struct branch *branch, char ret_commit[BRANCH_COMMIT_BYTES],
		     struct err *err)
{
	CLEANUP(free_ptr) char *upstream = xasprintf("%s@{upstream}", branch->name);
	const char *const guesses[] = { upstream,      "origin/HEAD", "origin/master",
					"origin/main", "master",      "main" };

	if (branch->base)
		return branch_commit(branch->repository, branch->base, ret_commit, err);
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		int rc = find(branch->repository, guesses[i], ret_commit, err);

		if (rc <= 0)
			return rc;
	}
	return err_set(err, -EINVAL,
		       "What is %s based on? It has no upstream, and there is no master or main: "
		       "give --base REV.",
		       branch->name);
}

/* How many commits git rev-list counts; a negative errno. */
static int count(const struct branch *branch, const char *range, const char *option, int *ret_count,
		 struct err *err)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(ANSWER_MAX_BYTES);
	const char *const arguments[] = { "rev-list", "--count", option, range, NULL };
	int rc = run_git(branch->repository, arguments, &out, err);

	if (rc > 0)
		return err_set(err, -EIO, "git cannot list %s.", range);
	if (!rc)
		*ret_count = (int)strtol(out.data, NULL, 10);
	return rc;
}

static int check_range(const struct branch *branch, const char *base, const char *tip,
		       struct err *err)
{
	CLEANUP(free_ptr) char *range = xasprintf("%s..%s", base, tip);
	int commits = 0, merges = 0;
	int rc = count(branch, range, "--no-merges", &commits, err);

	if (!rc)
		rc = count(branch, range, "--merges", &merges, err);
	if (rc < 0)
		return rc;
	if (merges)
		return err_set(
			err, -EINVAL,
			"%s has %d merges after %.12s. A series is a line of patches: rebase "
			"it, or give --base.",
			branch->name, merges, base);
	if (!commits)
		return err_set(err, -EINVAL,
			       "%s has no commits after %.12s, its base. Is that the branch? Else "
			       "give --base.",
			       branch->name, base);
	return 0;
}

int branch_base(const struct branch *branch, char ret_commit[BRANCH_COMMIT_BYTES], struct err *err)
{
	CLEANUP(buf_release) struct buf out = BUF_INIT(ANSWER_MAX_BYTES);
	char tip[BRANCH_COMMIT_BYTES], base[BRANCH_COMMIT_BYTES];
	const char *const arguments[] = { "merge-base", base, tip, NULL };
	int rc = branch_commit(branch->repository, branch->name, tip, err);

	if (!rc)
		rc = find_base(branch, base, err);
	if (!rc)
		rc = run_git(branch->repository, arguments, &out, err);
	if (rc > 0)
		return err_set(err, -EINVAL, "%s and its base %.12s have no commit in common.",
			       branch->name, base);
	if (rc < 0)
		return rc;
	snprintf(base, sizeof(base), "%.*s", (int)strcspn(out.data, "\n"), out.data);
	rc = check_range(branch, base, tip, err);
	if (!rc)
		memcpy(ret_commit, base, sizeof(base));
	return rc;
}

int branch_write(const struct branch *branch, const char *commit, struct buf *mbox, struct err *err)
{
	char tip[BRANCH_COMMIT_BYTES];
	CLEANUP(free_ptr) char *range = NULL;
	int rc = branch_commit(branch->repository, branch->name, tip, err);

	if (rc < 0)
		return rc;
	range = xasprintf("%s..%s", commit, tip);
	{
		const char *const arguments[] = { "format-patch",
						  "--stdout",
						  "--no-ext-diff",
						  "--no-textconv",
						  "--no-cover-letter",
						  "--no-color",
						  "--full-index",
						  "--binary",
						  range,
						  NULL };

		rc = run_git(branch->repository, arguments, mbox, err);
	}
	if (rc > 0)
		return err_set(err, -EIO, "git format-patch cannot write %s.", range);
	if (!rc && mbox->length == mbox->max_bytes)
		rc = err_set(err, -EFBIG, "%s is larger than %zu MiB as mails.", branch->name,
			     mbox->max_bytes >> 20);
	return rc;
}
