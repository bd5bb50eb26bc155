/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real git repository for tests, made by git itself in a temporary folder:
 *
 *	base/	the repository under test, never to be written: branch "main"
 *	work/	a clone in which tests make their series
 *	am/	a clone in which `git am -3` says what should have come out
 *
 *	static int set_up(void **state) { return repository_set_up(); }
 *	char *mbox = repository_series("echo x >> a.c && git commit -qam one");
 */
#ifndef RUNWAY_AGENT_TEST_REPOSITORY_H
#define RUNWAY_AGENT_TEST_REPOSITORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/proc.h"

static char repository_folder[] = "/tmp/runway-test-source-XXXXXX";
static bool repository_there;

static inline void repository_output(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

/* Runs a script with sh -e in a folder below ours; its exit status, its output to free(). */
static inline int repository_try(const char *folder, const char *script, char **ret_output)
{
	char *path = xasprintf("%s/%s", repository_folder, folder);
	char *home = xasprintf("HOME=%s", repository_folder);
	const char *argv[] = { "sh", "-ec", script, NULL };
	const char *environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin",
				      "GIT_CONFIG_NOSYSTEM=1",
				      "GIT_AUTHOR_NAME=A U Thor",
				      "GIT_AUTHOR_EMAIL=author@example.com",
				      "GIT_COMMITTER_NAME=C O Mitter",
				      "GIT_COMMITTER_EMAIL=committer@example.com",
				      "GIT_AUTHOR_DATE=1767225600 +0100",
				      "GIT_COMMITTER_DATE=1767225600 +0000",
				      home,
				      NULL };
	struct buf output = BUF_INIT(4 << 20);
	struct proc_spec spec = { .argv = argv,
				  .environment = environment,
				  .folder = path,
				  .time_limit_ms = 60000,
				  .output = repository_output,
				  .data = &output };
	struct proc_result result = { 0 };
	struct err err = ERR_INIT;

	if (proc_run(&spec, &result, &err) < 0)
		fail_msg("%s", err.text);
	free(path);
	free(home);
	*ret_output = buf_detach(&output, NULL);
	return result.end == PROC_EXITED ? result.status : -1;
}

/* The same for what must work. */
static inline char *repository_run(const char *folder, const char *script)
{
	char *output;

	if (repository_try(folder, script, &output) != 0)
		fail_msg("\"%s\" failed: %s", script, output);
	return output;
}

static inline void repository_do(const char *folder, const char *script)
{
	free(repository_run(folder, script));
}

#define REPOSITORY_BASE                                                                            \
	"git init -q -b main base && cd base && mkdir -p dir/deep\n"                               \
	"for i in $(seq 100); do echo \"line $i of a\"; done > a.c\n"                              \
	"for i in $(seq 60); do echo \"line $i of b\"; done > b.c\n"                               \
	"for i in $(seq 40); do echo \"line $i of c\"; done > dir/c.c\n"                           \
	"for i in 1 2 3 4 5 6 7 8; do printf '{\\n\\tfoo();\\n\\tbar();\\n}\\n\\n'; done > "       \
	"same.c\n"                                                                                 \
	"for i in $(seq 30); do echo \"line $i of d\"; done > dir/deep/d.c\n"                      \
	"printf 'no newline at its end' > tail.c\n"                                                \
	"printf 'one\\r\\ntwo\\r\\nthree\\r\\n' > crlf.c\n"                                        \
	"printf '#!/bin/sh\\n' > run.sh && chmod 755 run.sh\n"                                     \
	"ln -s a.c link && ln -s dir linkdir\n"                                                    \
	"git add -A && git commit -qm 'The base'\n"                                                \
	"cd .. && git clone -q --no-hardlinks base work && git clone -q --no-hardlinks base am\n"

static inline int repository_set_up(void)
{
	char *output;
	int status;

	if (!mkdtemp(repository_folder))
		return -1;
	status = repository_try(".", "git --version", &output);
	free(output);
	repository_there = status == 0;
	if (!repository_there) {
		print_message("# git is not installed: every test here is skipped\n");
		return 0;
	}
	repository_do(".", REPOSITORY_BASE);
	return 0;
}

static inline int repository_tear_down(void)
{
	return file_remove_tree(repository_folder, NULL);
}

/* What git format-patch makes of the commits that script makes on the base. */
static inline char *repository_series(const char *script)
{
	char *whole =
		xasprintf("git checkout -qf origin/main && git clean -qfdx\n{\n%s\n} > /dev/null\n"
			  "git format-patch -q --stdout -M origin/main..HEAD",
			  script);
	char *mbox = repository_run("work", whole);

	free(whole);
	return mbox;
}

#endif
