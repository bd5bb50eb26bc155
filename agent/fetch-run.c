// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/fetch-run.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/sandbox.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define MEMORY_MAX_BYTES (4ull << 30)
#define PROCESSES_MAX 64
#define BINDS_MAX 32
#define ARGUMENTS_MAX 32
#define ALTERNATES_MAX 8
#define OUTPUT_MAX_BYTES 1024

/* What resolving a name and checking a certificate read; each is shown when it is there. */
static const char *const network_files[] = { "/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf",
					     "/etc/ssl" };

struct running {
	const struct fetch_run *run;
	char program[PATH_MAX]; /* this one */
	struct sandbox_bind binds[BINDS_MAX];
	size_t binds_count;
	char *arguments[ARGUMENTS_MAX];
	size_t arguments_count;
	char *alternates[ALTERNATES_MAX]; /* other object stores that the base repository borrows
					     from */
	size_t alternates_count;
	struct buf said; /* the child's output: a sentence, when it failed */
};

static void running_release(struct running *running)
{
	for (size_t i = 0; i < running->arguments_count; i++)
		free(running->arguments[i]);
	for (size_t i = 0; i < running->alternates_count; i++)
		free(running->alternates[i]);
	buf_release(&running->said);
}

static void bind(struct running *running, const char *from, const char *to, bool writable)
{
	if (from && access(from, R_OK) == 0 && running->binds_count < BINDS_MAX - 1)
		running->binds[running->binds_count++] =
			(struct sandbox_bind){ from, to, writable };
}

static void add(struct running *running, const char *text)
{
	if (running->arguments_count < ARGUMENTS_MAX - 1)
		running->arguments[running->arguments_count++] = xstrdup(text);
}

static void add_pair(struct running *running, const char *option, const char *value)
{
	if (!value || !*value)
		return;
	add(running, option);
	add(running, value);
}

static void add_count(struct running *running, const char *option, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	add_pair(running, option, text);
}

/* The smaller one; 0 says nothing. */
static uint64_t lesser(uint64_t ours, uint64_t theirs)
{
	return theirs && theirs < ours ? theirs : ours;
}

/* Folders of objects that the base repository borrows, which must be visible where it names them.
 */
static void bind_alternates(struct running *running)
{
	static const char *const places[] = { "objects/info/alternates",
					      ".git/objects/info/alternates" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		CLEANUP(free_ptr)
		char *path = xasprintf("%s/%s", running->run->repository, places[i]);
		CLEANUP(buf_release) struct buf text = BUF_INIT(4096);

		if (file_read(path, &text, NULL) < 0)
			continue;
		for (char *line = text.data, *end;
		     *line && running->alternates_count < ALTERNATES_MAX; line = end) {
			size_t length = strcspn(line, "\n");

			end = line + length + (line[length] == '\n');
			if (*line != '/')
				continue;
			running->alternates[running->alternates_count] = xstrndup(line, length);
			bind(running, running->alternates[running->alternates_count],
			     running->alternates[running->alternates_count], false);
			running->alternates_count++;
		}
	}
}

static void set_binds(struct running *running)
{
	const struct git_config *git = running->run->git;
	const char *file = "file://";

	bind(running, running->run->folder, "/fetch", true);
	bind(running, running->program, "/runway-agent", false);
	bind(running, running->run->repository, running->run->repository, false);
	bind_alternates(running);
	if (!strncmp(running->run->want->url, file, strlen(file)))
		bind(running, running->run->want->url + strlen(file),
		     running->run->want->url + strlen(file), false);
	bind(running, git->ssh_key, "/ssh/key", false);
	bind(running, git->known_hosts, "/home/.ssh/known_hosts", false);
	bind(running, git->ca_file, "/ssh/ca", false);
	for (size_t i = 0; i < sizeof(network_files) / sizeof(network_files[0]); i++)
		bind(running, network_files[i], network_files[i], false);
}

static void set_arguments(struct running *running)
{
	const struct git_config *git = running->run->git;

	add(running, "/runway-agent");
	add(running, "fetch");
	add_pair(running, "--url", running->run->want->url);
	add_pair(running, "--ref", running->run->want->ref);
	add_pair(running, "--base", running->run->want->base);
	add_pair(running, "--repository", running->run->repository);
	add_pair(running, "--folder", "/fetch");
	add_pair(running, "--ssh-key", git->ssh_key ? "/ssh/key" : NULL);
	add_pair(running, "--ca", git->ca_file ? "/ssh/ca" : NULL);
	add_count(running, "--most-bytes", lesser(git->most_bytes, running->run->want->most_bytes));
	add_count(running, "--most-objects", git->most_objects);
}

static void keep_output(void *data, const char *bytes, size_t count)
{
	buf_append_some(&((struct running *)data)->said, bytes, count);
}

static bool cancelled(void *data)
{
	return lease_cancelled(((struct running *)data)->run->lease);
}

/* What the child said, as one line of text: it repeats what a remote wrote. */
static int said(struct running *running, const struct proc_result *result, struct err *err)
{
	char how[128];

	for (char *c = running->said.data; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	while (running->said.length && running->said.data[running->said.length - 1] == ' ')
		running->said.data[--running->said.length] = '\0';
	if (result->end == PROC_EXITED && running->said.length)
		return err_set(err, -EINVAL, "%s", running->said.data);
	if (result->end == PROC_TIMED_OUT)
		return err_set(err, -EINVAL, "The fetch took longer than the %" PRIu64 " s it may.",
			       lesser(running->run->git->most_s, running->run->want->most_s));
	proc_describe(result, how, sizeof(how));
	return err_set(
		err, -EINVAL,
		"The fetch ended early: it %s. Either the repository sent something that takes "
		"too much to read, or the machine is short of memory.",
		how);
}

static int run_child(struct running *running, struct err *err)
{
	const struct git_config *git = running->run->git;
	static const char *const environment[] = { "HOME=/home", NULL };
	uint64_t most_bytes = lesser(git->most_bytes, running->run->want->most_bytes);
	struct sandbox_spec spec = {
		.argv = (const char *const *)running->arguments,
		.binds = running->binds,
		.environment = environment,
		.folder = "/fetch",
		.network = true,
		.time_limit_ms = 1000 * lesser(git->most_s, running->run->want->most_s),
		.memory_max_bytes = MEMORY_MAX_BYTES,
		.file_max_bytes = most_bytes + (64ull << 20),
		.processes_max = PROCESSES_MAX,
		.watch_folder = running->run->folder,
		.watch_max_bytes = 2 * most_bytes + (64ull << 20),
		.output = keep_output,
		.cancelled = cancelled,
		.data = running,
	};
	struct proc_result result = { 0 };
	int rc = sandbox_run(&spec, &result, err);

	if (rc < 0)
		return rc == -EDQUOT
			       ? err_set(err, -EINVAL,
					 "The fetch wrote more than it may. Is the branch on a "
					 "base that the agent's repository has?")
			       : rc;
	if (result.end == PROC_CANCELLED)
		return err_set(err, -ECANCELED, "The task was cancelled.");
	return result.end == PROC_EXITED && !result.status ? 0 : said(running, &result, err);
}

int fetch_run(const struct fetch_run *run, struct err *err)
{
	CLEANUP(running_release)
	struct running running = { .run = run, .said = BUF_INIT(OUTPUT_MAX_BYTES) };
	ssize_t length = readlink("/proc/self/exe", running.program, sizeof(running.program) - 1);

	if (length < 0)
		return err_sys(err, -errno, "Cannot find this program");
	set_binds(&running);
	set_arguments(&running);
	return run_child(&running, err);
}
