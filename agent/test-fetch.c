// SPDX-License-Identifier: GPL-2.0-or-later
/* Branches of a real repository on this disk; other ways to reach one are tests/git.test's. */
#include "agent/fetch.h"
#include "agent/test-repository.h"
#include "lib/cleanup.h"

static struct err err;
static unsigned folders;

/* Makes commits on a new branch "topic" in work/ and fetches it into a folder of its own. */
static int fetch(const char *script, uint64_t most_objects, struct fetch_found *ret_found)
{
	CLEANUP(free_ptr)
	char *commits = xasprintf("git checkout -qf origin/main && git clean -qfdx\n"
				  "{ git checkout -qB topic\n%s\n} > /dev/null",
				  script);
	CLEANUP(free_ptr) char *url = xasprintf("file://%s/work", repository_folder);
	CLEANUP(free_ptr) char *base = xasprintf("%s/base", repository_folder);
	CLEANUP(free_ptr) char *folder = xasprintf("%s/fetch-%u", repository_folder, ++folders);
	struct fetch_want want = { .url = url,
				   .ref = "topic",
				   .repository = base,
				   .folder = folder,
				   .most_bytes = 1 << 20,
				   .most_objects = most_objects };

	if (!repository_there)
		skip();
	repository_do("work", commits);
	file_make_folder(folder, 0700, &err);
	return fetch_branch(&want, ret_found, &err);
}

static void assert_refused(const char *script, const char *part)
{
	CLEANUP(fetch_found_release) struct fetch_found found = FETCH_FOUND_INIT;

	assert_true(fetch(script, 1000, &found) < 0);
	if (!strstr(err.text, part))
		fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

/* The tree that git am makes of it is the branch's. */
static void assert_fetched(const char *script, size_t commits)
{
	CLEANUP(fetch_found_release) struct fetch_found found = FETCH_FOUND_INIT;
	CLEANUP(free_ptr) char *path = xasprintf("%s/mbox", repository_folder);
	CLEANUP(free_ptr) char *ours = NULL;
	CLEANUP(free_ptr) char *theirs = NULL;

	if (fetch(script, 1000, &found) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(found.commits, commits);
	file_write(path, found.mbox.data, found.mbox.length, 0600, &err);
	ours = repository_run(
		"am", "git checkout -qf origin/main && git clean -qfdx\n"
		      "git am -q --keep-cr ../mbox 2> /dev/null && git rev-parse 'HEAD^{tree}'");
	theirs = repository_run("work", "git rev-parse 'topic^{tree}'");
	assert_string_equal(ours, theirs);
}

static void commits_come_out_as_they_are(void **state)
{
	(void)state;
	assert_fetched(
		"sed -i '5s/$/ x/' a.c && git commit -qam one\n"
		"sed -i '1s/one/uno/' crlf.c && git commit -qam two\n"
		"printf more >> tail.c && git commit -qam three\n"
		"git mv dir/c.c dir/moved.c && git commit -qm four\n"
		"chmod 755 b.c && git commit -qam five\n"
		"git rm -q same.c && git commit -qm six\n"
		"mkdir new && seq 9 > new/f && : > new/empty && git add -A && git commit -qm seven",
		7);
}

static void an_empty_commit_is_left_out(void **state)
{
	(void)state;
	assert_fetched("git commit -q --allow-empty -m nothing\n"
		       "sed -i '5s/$/ x/' a.c && git commit -qam one",
		       1);
}

static void what_no_patch_can_say_is_refused(void **state)
{
	(void)state;
	assert_refused("ln -sf /etc/passwd b.c && git add -A && git commit -qm link", "link");
	assert_refused("git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub && "
		       "git commit -qm module",
		       "module");
	assert_refused("head -c 300 /dev/zero > zero && git add -A && git commit -qm binary",
		       "binary");
	assert_refused(
		"echo x > other && git add -A && git commit -qm side && git checkout -q main &&"
		"git merge -q --no-ff -m joined topic && git checkout -qB topic",
		"is a merge");
}

static void a_repository_that_sends_too_much_is_left(void **state)
{
	CLEANUP(fetch_found_release) struct fetch_found found = FETCH_FOUND_INIT;

	(void)state;
	assert_true(fetch("for i in $(seq 40); do echo $i > many$i; done; git add -A; git commit "
			  "-qm many",
			  10, &found) < 0);
	assert_non_null(strstr(err.text, "objects"));
}

static int set_up(void **state)
{
	(void)state;
	return repository_set_up();
}

static int tear_down(void **state)
{
	(void)state;
	return repository_tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repository_that_sends_too_much_is_left),
		cmocka_unit_test(an_empty_commit_is_left_out),
		cmocka_unit_test(commits_come_out_as_they_are),
		cmocka_unit_test(what_no_patch_can_say_is_refused),
	};

	return cmocka_run_group_tests_name("fetch", tests, set_up, tear_down);
}
