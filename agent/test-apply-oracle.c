// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Generated series against `git am -3`: the same tree, or both refuse. Each seed makes one to three
 * commits in one clone, and commits in the other's way on what they are applied to.
 */
#include <errno.h>

#include "agent/source.h"
#include "agent/test-repository.h"
#include "lib/cleanup.h"

#define SEEDS 130

static struct source *source;
static struct err err;
static uint32_t random_state;

static uint32_t draw(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

static const char *const files[] = { "a.c",	     "b.c",    "dir/c.c", "same.c",
				     "dir/deep/d.c", "run.sh", "crlf.c",  "tail.c" };

static const char *draw_file(void)
{
	return files[draw(sizeof(files) / sizeof(files[0]))];
}

/* One change to the work tree, as a shell command that leaves alone what is not there. */
static void add_change(struct buf *script, unsigned seed, unsigned step)
{
	const char *file = draw_file();
	/* These two are short: a line further down would miss nearly always. */
	bool short_one = !strcmp(file, "crlf.c") || !strcmp(file, "tail.c");
	unsigned line = 1 + draw(short_one ? 4 : 60);

	buf_printf(script, "test ! -f %s || ", file);
	switch (draw(13)) {
	case 0:
	case 1:
	case 2:
		buf_printf(script, "sed -i '%us/$/ %u.%u/' %s\n", line, seed, step, file);
		break;
	case 3:
		buf_printf(script, "sed -i '%ui new %u.%u' %s\n", line, seed, step, file);
		break;
	case 4:
		buf_printf(script, "sed -i '%u,%ud' %s\n", line, line + draw(4), file);
		break;
	case 5:
		buf_printf(script, "echo last %u >> %s\n", step, file);
		break;
	case 6:
		buf_printf(script, "chmod %s %s\n", draw(2) ? "755" : "644", file);
		break;
	case 7:
		buf_printf(script,
			   "{ mkdir -p new && git mv -f %s new/moved%u.c && "
			   "sed -i '%us/$/ m/' new/moved%u.c; }\n",
			   file, step, line, step);
		break;
	case 8:
		buf_printf(script, "git rm -qf %s\n", file);
		break;
	case 9: /* lines that end in CRLF, among others or all of them */
		buf_printf(script, "sed -i '%u,%us/\\r*$/\\r/' %s\n", line, line + draw(3), file);
		break;
	case 10: /* no newline at the end */
		buf_printf(script, "printf 'end %u' >> %s\n", step, file);
		break;
	case 11: /* and one there again */
		buf_printf(script, "sed -i -e '$a\\' %s\n", file);
		break;
	default:
		buf_printf(script, "{ mkdir -p fresh && seq %u > fresh/f%u.c; }\n", draw(30),
			   draw(4));
	}
}

static char *draw_commits(unsigned seed, unsigned commits, unsigned changes)
{
	struct buf script = BUF_INIT(1 << 20);

	for (unsigned i = 0; i < commits; i++) {
		for (unsigned k = 0; k < changes; k++)
			add_change(&script, seed, 10 * i + k);
		buf_printf(&script,
			   "git add -A\ngit diff --cached --quiet || git commit -qm 'change %u'\n",
			   i + 1);
	}
	return buf_detach(&script, NULL);
}

/* The tree that git am -3 makes on target, or NULL when it refuses. */
static char *git_am(const char *target, const char *mbox)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/mbox", repository_folder);
	CLEANUP(free_ptr)
	char *script = xasprintf("git fetch -q origin && git checkout -qf %s && git clean -qfdx\n"
				 "git am -q -3 --keep-cr ../mbox > /dev/null 2>&1 || "
				 "{ git am --abort; exit 3; }\n"
				 "git rev-parse 'HEAD^{tree}'",
				 target);
	char *output = NULL;

	if (file_write(path, mbox, strlen(mbox), 0600, &err) < 0)
		fail_msg("%s", err.text);
	if (repository_try("am", script, &output) != 0) {
		free(output);
		return NULL;
	}
	output[strcspn(output, "\n")] = '\0';
	return output;
}

struct tally {
	unsigned applied, refused;
};

static void compare(unsigned seed, const char *rev, const char *mbox, struct tally *tally)
{
	CLEANUP(free_ptr) char *hash = NULL;
	CLEANUP(free_ptr) char *command = xasprintf("git rev-parse %s", rev);
	CLEANUP(free_ptr) char *theirs = NULL;
	struct source_variant base, ours;
	int rc;

	hash = repository_run("base", command);
	hash[strcspn(hash, "\n")] = '\0';
	if (source_base(source, hash, &base, &err) < 0)
		fail_msg("%s", err.text);
	rc = source_apply(source, &base, mbox, strlen(mbox), &ours, &err);
	theirs = git_am(hash, mbox);
	if (!!theirs != !rc)
		fail_msg("seed %u on %s: git %s, we said \"%s\"", seed, rev,
			 theirs ? "applied it" : "refused it", rc ? err.text : "applied");
	if (theirs && strcmp(theirs, ours.tree) != 0)
		fail_msg("seed %u on %s: git made %s, we %s", seed, rev, theirs, ours.tree);
	tally->applied += !rc;
	tally->refused += !!rc;
}

static void ends_as_git_am_does(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	if (!repository_there)
		skip();
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		random_state = seed;

		CLEANUP(free_ptr) char *series = draw_commits(seed, 1 + draw(3), 1 + draw(2));
		CLEANUP(free_ptr) char *way = draw_commits(seed, 1, draw(4));
		CLEANUP(free_ptr)
		char *push = xasprintf("git checkout -qf origin/main && git clean -qfdx\n%s\n"
				       "git push -q -f origin HEAD:refs/heads/moved",
				       way);
		CLEANUP(free_ptr) char *mbox = repository_series(series);

		if (!strstr(mbox, "\ndiff --git "))
			continue; /* every change missed */
		repository_do("work", push);
		compare(seed, "main", mbox, &tally);
		compare(seed, "moved", mbox, &tally);
	}
	print_message("# %u applied alike, %u refused alike\n", tally.applied, tally.refused);
	assert_true(tally.applied + tally.refused >= 200);
	assert_true(tally.refused >= 10);
}

static int set_up(void **state)
{
	CLEANUP(free_ptr) char *repository = NULL;
	CLEANUP(free_ptr) char *folder = NULL;

	(void)state;
	if (repository_set_up() < 0)
		return -1;
	if (!repository_there)
		return 0;
	repository = xasprintf("%s/base", repository_folder);
	folder = xasprintf("%s/source", repository_folder);
	return source_open(repository, folder, &source, &err);
}

static int tear_down(void **state)
{
	(void)state;
	source_close(&source);
	return repository_tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_as_git_am_does),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
