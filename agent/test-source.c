// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "agent/source.h"
#include "agent/test-repository.h"
#include "lib/cleanup.h"

static struct err err;

static char *path_in(const char *folder, const char *path)
{
	return xasprintf("%s/%s%s%s", repository_folder, folder, *path ? "/" : "", path);
}

/* Each test has its own source folder, named after it. */
static struct source *open_source(const char *folder)
{
	CLEANUP(free_ptr) char *repository = path_in("base", "");
	CLEANUP(free_ptr) char *path = path_in(folder, "");
	struct source *source = NULL;

	if (!repository_there)
		skip();
	if (source_open(repository, path, &source, &err) < 0)
		fail_msg("%s", err.text);
	return source;
}

static struct source_variant base_of(struct source *source, const char *rev)
{
	struct source_variant base;

	if (source_base(source, rev, &base, &err) < 0)
		fail_msg("%s", err.text);
	return base;
}

static struct source_variant apply(struct source *source, const struct source_variant *base,
				   const char *script)
{
	CLEANUP(free_ptr) char *mbox = repository_series(script);
	struct source_variant variant;

	if (source_apply(source, base, mbox, strlen(mbox), &variant, &err) < 0)
		fail_msg("%s", err.text);
	return variant;
}

static void switch_to(struct source *source, const struct source_variant *variant)
{
	if (source_switch(source, variant, &err) < 0)
		fail_msg("%s", err.text);
}

static int64_t mtime_of(struct source *source, const char *name)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/%s", source_worktree(source), name);
	struct stat status;

	if (lstat(path, &status) < 0)
		return -1;
	return (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
}

/* git's own word on what the work tree holds: the id of the tree made of its files. */
static void assert_holds(struct source *source, const struct source_variant *variant)
{
	CLEANUP(free_ptr)
	char *script = xasprintf("rm -rf check.git && git init -q --bare check.git\n"
				 "export GIT_DIR=$PWD/check.git GIT_WORK_TREE=%s\n"
				 "cd %s && git add -A && git write-tree",
				 source_worktree(source), source_worktree(source));
	CLEANUP(free_ptr) char *tree = repository_run(".", script);

	tree[strcspn(tree, "\n")] = '\0';
	assert_string_equal(tree, variant->tree);
}

static void checks_out_files_links_and_modes(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("checkout");
	struct source_variant base = base_of(source, "main");

	(void)state;
	switch_to(source, &base);
	assert_holds(source, &base);
	assert_int_equal(mtime_of(source, "a.c"), mtime_of(source, "link"));
}

static void names_a_rev_that_is_not_there(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("rev");
	struct source_variant base;

	(void)state;
	assert_int_equal(source_base(source, "v99", &base, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no commit \"v99\""));
	assert_int_equal(source_base(source, ":/base", &base, &err), -ENOENT);
	assert_int_equal(source_base(source, "main^{/The}", &base, &err), -ENOENT);
	assert_int_equal(source_base(source, "", &base, &err), -ENOENT);
}

static void second_user_of_a_folder_is_refused(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("lock");
	CLEANUP(source_close) struct source *second = NULL;
	CLEANUP(free_ptr) char *repository = path_in("base", "");
	CLEANUP(free_ptr) char *path = path_in("lock", "");

	(void)state;
	assert_int_equal(source_open(repository, path, &second, &err), -EBUSY);
}

static void a_variants_files_alone_become_newer(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("mtimes");
	struct source_variant base = base_of(source, "main");
	struct source_variant variant =
		apply(source, &base, "sed -i '50s/$/ changed/' a.c && git commit -qam one");
	int64_t base_ns;

	(void)state;
	switch_to(source, &base);
	base_ns = mtime_of(source, "a.c");
	switch_to(source, &variant);
	assert_holds(source, &variant);
	assert_true(mtime_of(source, "a.c") > base_ns);
	assert_int_equal(mtime_of(source, "b.c"), base_ns);
	switch_to(source, &base);
	assert_holds(source, &base);
	assert_int_equal(mtime_of(source, "a.c"), base_ns);
}

static void keep_change(void *data, const char *path, bool in_place)
{
	buf_printf(data, "%s%s ", path, in_place ? "" : "!");
}

static void tells_in_which_files_a_variant_differs(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("changes");
	CLEANUP(buf_release) struct buf said = BUF_INIT(256);
	struct source_variant base = base_of(source, "main");
	struct source_variant variant = apply(
		source, &base,
		"sed -i '50s/$/ changed/' a.c && echo new > n.h && git rm -q b.c && git add -A && "
		"git commit -qm one");

	(void)state;
	assert_int_equal(source_changes(source, &base, keep_change, &said, &err), 0);
	assert_int_equal(said.length, 0);
	assert_int_equal(source_changes(source, &variant, keep_change, &said, &err), 0);
	assert_string_equal(said.data, "a.c b.c! n.h! ");
}

static void a_change_two_variants_share_keeps_its_time(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("shared");
	struct source_variant base = base_of(source, "main");
	struct source_variant first =
		apply(source, &base, "sed -i '50s/$/ x/' a.c && git commit -qam one");
	struct source_variant second = apply(source, &base,
					     "sed -i '50s/$/ x/' a.c && sed -i 2d b.c && "
					     "git commit -qam two");
	int64_t first_ns;

	(void)state;
	switch_to(source, &first);
	first_ns = mtime_of(source, "a.c");
	switch_to(source, &second);
	assert_holds(source, &second);
	assert_int_equal(mtime_of(source, "a.c"), first_ns);
	assert_true(mtime_of(source, "b.c") > first_ns);
}

static void removes_files_and_empty_folders(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("removes");
	struct source_variant base = base_of(source, "main");
	struct source_variant more = apply(source, &base,
					   "mkdir -p new/er && echo x > new/er/f.c && git add -A "
					   "&& git rm -q dir/deep/d.c && git commit -qm one");

	(void)state;
	switch_to(source, &more);
	assert_holds(source, &more);
	assert_int_equal(mtime_of(source, "dir/deep"), -1);
	switch_to(source, &base);
	assert_holds(source, &base);
	assert_int_equal(mtime_of(source, "new"), -1);
}

static void a_file_may_become_a_folder_and_back(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("folder");
	struct source_variant base = base_of(source, "main");
	struct source_variant variant =
		apply(source, &base,
		      "git rm -q b.c && mkdir b.c && echo x > b.c/in.c && git add -A && "
		      "git commit -qm one");

	(void)state;
	switch_to(source, &base);
	switch_to(source, &variant);
	assert_holds(source, &variant);
	switch_to(source, &base);
	assert_holds(source, &base);
}

static void remembers_over_a_restart(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("restart");
	struct source_variant base = base_of(source, "main");
	struct source_variant variant =
		apply(source, &base, "sed -i 7d a.c && git commit -qam one");
	int64_t base_ns, variant_ns;

	(void)state;
	switch_to(source, &base);
	base_ns = mtime_of(source, "a.c");
	switch_to(source, &variant);
	variant_ns = mtime_of(source, "a.c");
	source_close(&source);
	source = open_source("restart");
	switch_to(source, &variant);
	assert_int_equal(mtime_of(source, "a.c"), variant_ns);
	switch_to(source, &base);
	assert_int_equal(mtime_of(source, "a.c"), base_ns);
}

static void each_base_has_its_own_time(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("bases");
	struct source_variant first = base_of(source, "main"), second, variant;
	int64_t first_ns, second_ns;

	(void)state;
	repository_do("work",
		      "git checkout -qf origin/main && sed -i 9d b.c && "
		      "git commit -qam 'Another base' && git push -q origin HEAD:refs/heads/other");
	second = base_of(source, "other");
	variant = apply(source, &second, "sed -i 3d dir/c.c && git commit -qam one");
	switch_to(source, &first);
	first_ns = mtime_of(source, "a.c");
	switch_to(source, &second);
	assert_holds(source, &second);
	second_ns = mtime_of(source, "a.c");
	assert_true(second_ns > first_ns);
	assert_int_equal(mtime_of(source, "b.c"), second_ns);
	assert_int_equal(mtime_of(source, "link"), second_ns);
	switch_to(source, &first);
	assert_holds(source, &first);
	assert_int_equal(mtime_of(source, "a.c"), first_ns);
	assert_int_equal(mtime_of(source, "b.c"), first_ns);
	switch_to(source, &variant);
	assert_holds(source, &variant);
	assert_int_equal(mtime_of(source, "b.c"), second_ns);
	assert_true(mtime_of(source, "dir/c.c") > second_ns);
}

/* What a kill -9 leaves: the intent on disk, some files of each variant, others damaged. */
static void puts_a_switch_cut_short_right(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("crash");
	struct source_variant base = base_of(source, "main");
	struct source_variant variant =
		apply(source, &base, "sed -i 7d a.c && sed -i 7d b.c && git commit -qam one");
	int64_t base_ns;

	(void)state;
	switch_to(source, &base);
	base_ns = mtime_of(source, "a.c");
	source_close(&source);
	repository_do("crash", "sed -i 's/^state clean/state switching/' state\n"
			       "cd tree && sed -i 7d a.c && echo torn > dir/c.c && rm same.c\n"
			       "rm -r dir/deep && ln -s /tmp dir/deep && chmod 644 run.sh\n"
			       "ln -f b.c stray && mkdir -p strays/deep && touch strays/deep/f\n"
			       "rm link && ln -s b.c link\n");
	source = open_source("crash");
	switch_to(source, &variant);
	assert_holds(source, &variant);
	assert_int_equal(mtime_of(source, "same.c"), base_ns);
	assert_true(mtime_of(source, "a.c") > base_ns);
	assert_int_equal(mtime_of(source, "strays"), -1);
}

static void a_damaged_record_is_not_gone_by(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("record");
	struct source_variant base = base_of(source, "main");

	(void)state;
	switch_to(source, &base);
	source_close(&source);
	repository_do("record", "echo rubbish >> state && echo torn > tree/a.c");
	source = open_source("record");
	switch_to(source, &base);
	assert_holds(source, &base);
}

static void files_of_another_boot_are_read_again(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("boot");
	struct source_variant base = base_of(source, "main");

	(void)state;
	switch_to(source, &base);
	source_close(&source);
	repository_do("boot", "sed -i 's/^boot .*/boot another/' state && : > tree/a.c");
	source = open_source("boot");
	switch_to(source, &base);
	assert_holds(source, &base);
}

/* A link that a build managed to put in place of a folder leads no write out. */
static void writes_through_no_planted_link(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("planted");
	struct source_variant base = base_of(source, "main");
	struct source_variant variant =
		apply(source, &base, "sed -i 3d dir/c.c && git commit -qam one");

	(void)state;
	switch_to(source, &base);
	repository_do("planted", "mkdir outside && echo mine > outside/c.c\n"
				 "rm -r tree/dir && ln -s ../outside tree/dir");
	switch_to(source, &variant);
	assert_holds(source, &variant);
	repository_do("planted", "test \"$(cat outside/c.c)\" = mine && test ! -L tree/dir");
}

static void commits_are_the_same_each_time(void **state)
{
	CLEANUP(source_close) struct source *source = open_source("commits");
	struct source_variant base = base_of(source, "main");
	struct source_variant first = apply(source, &base, "sed -i 7d a.c && git commit -qam one");
	struct source_variant second = apply(source, &base, "sed -i 7d a.c && git commit -qam one");
	CLEANUP(free_ptr)
	char *script = xasprintf("git --git-dir=commits/store.git log -1 "
				 "--format='%%an <%%ae> %%ad|%%cn <%%ce>|%%s' %s",
				 first.commit);
	CLEANUP(free_ptr) char *log = repository_run(".", script);

	(void)state;
	assert_string_equal(first.commit, second.commit);
	assert_string_equal(log, "A U Thor <author@example.com> Thu Jan 1 01:00:00 2026 +0100|"
				 "Runway <runway@localhost>|one\n");
}

static void the_base_is_never_written(void **state)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(free_ptr) char *before = NULL;
	CLEANUP(free_ptr) char *after = NULL;
	struct source_variant base, variant;

	(void)state;
	if (!repository_there)
		skip();
	before = repository_run("base", "find . -printf '%p %s %T@ %m\\n' | sort");
	source = open_source("untouched");
	base = base_of(source, "main");
	/* The second patch makes objects that the base has. */
	variant = apply(source, &base,
			"sed -i 7d a.c && git commit -qam one && git revert --no-edit HEAD");
	assert_string_equal(variant.tree, base.tree);
	switch_to(source, &base);
	switch_to(source, &variant);
	source_close(&source);
	after = repository_run("base", "find . -printf '%p %s %T@ %m\\n' | sort");
	assert_string_equal(before, after);
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
		cmocka_unit_test(checks_out_files_links_and_modes),
		cmocka_unit_test(names_a_rev_that_is_not_there),
		cmocka_unit_test(second_user_of_a_folder_is_refused),
		cmocka_unit_test(a_variants_files_alone_become_newer),
		cmocka_unit_test(tells_in_which_files_a_variant_differs),
		cmocka_unit_test(a_change_two_variants_share_keeps_its_time),
		cmocka_unit_test(removes_files_and_empty_folders),
		cmocka_unit_test(a_file_may_become_a_folder_and_back),
		cmocka_unit_test(remembers_over_a_restart),
		cmocka_unit_test(each_base_has_its_own_time),
		cmocka_unit_test(puts_a_switch_cut_short_right),
		cmocka_unit_test(a_damaged_record_is_not_gone_by),
		cmocka_unit_test(files_of_another_boot_are_read_again),
		cmocka_unit_test(writes_through_no_planted_link),
		cmocka_unit_test(commits_are_the_same_each_time),
		cmocka_unit_test(the_base_is_never_written),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
