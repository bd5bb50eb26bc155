// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/bochs-emulator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#define EMULATOR "/usr/bin/bochs-bin"
#define FIRMWARE "/usr/share/bochs"
#define VERSION_LIMIT_MS 30000

/* RUNWAY_BOCHS names another emulator than Debian's; one below /usr finds its plugins by itself. */
static void make_installed(bool sandboxed, const char *preload, struct bochs_command *command)
{
	const char *other = getenv("RUNWAY_BOCHS");
	const char *path = other && *other ? other : EMULATOR;
	bool elsewhere = path[0] == '/' && strncmp(path, "/usr/", 5);

	command->words[0] = xstrdup("env");
	command->words[1] = xasprintf("LD_PRELOAD=%s", preload ? preload : "");
	command->words[2] = xstrdup(sandboxed && elsewhere ? "/emulator" : path);
	command->firmware = xstrdup(FIRMWARE);
	if (!elsewhere)
		return;
	command->from = xstrdup(path);
	command->to = xstrdup("/emulator");
}

static int make_fetched(bool sandboxed, const char *preload, struct bochs_command *command,
			struct err *err)
{
	const char *folder = getenv("RUNWAY_BOCHS3"), *seen = sandboxed ? "/bochs3" : folder;
	CLEANUP(free_ptr) char *ready = xasprintf("%s/ready", folder ? folder : "");

	if (!folder || access(ready, F_OK) < 0)
		return err_set(err, -ENOENT,
			       "Bochs 3.0 is not here: deploy/fetch-bochs3 FOLDER fetches it, and "
			       "RUNWAY_BOCHS3=FOLDER names it.");
	command->words[0] = xstrdup("env");
	command->words[1] = xasprintf("LD_PRELOAD=%s", preload ? preload : "");
	command->words[2] = xasprintf("LTDL_LIBRARY_PATH=%s/plugins", seen);
	command->words[3] = xasprintf("%s/lib/ld-linux-x86-64.so.2", seen);
	command->words[4] = xstrdup("--library-path");
	command->words[5] = xasprintf("%s/lib", seen);
	command->words[6] = xasprintf("%s/bochs-bin", seen);
	/* 2.7 starts its debugger always, 3.0 when told to, and reads commands only then. */
	command->words[7] = xstrdup("-debugger");
	command->from = xstrdup(folder);
	command->to = xstrdup("/bochs3");
	command->firmware = xstrdup(seen);
	return 0;
}

int bochs_command_make(enum bochs_release release, bool sandboxed, const char *preload,
		       struct bochs_command *ret_command, struct err *err)
{
	if (release == BOCHS_3)
		return make_fetched(sandboxed, preload, ret_command, err);
	make_installed(sandboxed, preload, ret_command);
	return 0;
}

void bochs_command_release(struct bochs_command *command)
{
	for (size_t i = 0; i < BOCHS_COMMAND_WORDS_MAX; i++)
		free_ptr(&command->words[i]);
	free_ptr(&command->from);
	free_ptr(&command->to);
	free_ptr(&command->firmware);
}

static void keep_text(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

/* From among what it prints about itself. */
int bochs_version(enum bochs_release release, char *ret_version, size_t bytes, struct err *err)
{
	static const char name[] = "Bochs x86 Emulator ";
	CLEANUP(bochs_command_release) struct bochs_command command = { 0 };
	CLEANUP(buf_release) struct buf text = BUF_INIT(16384);
	const char *argv[BOCHS_COMMAND_WORDS_MAX + 2] = { 0 };
	struct proc_spec spec = { .argv = argv,
				  .time_limit_ms = VERSION_LIMIT_MS,
				  .output = keep_text,
				  .data = &text };
	struct proc_result result;
	const char *found;
	size_t count = 0;
	int rc = bochs_command_make(release, false, NULL, &command, err);

	if (rc < 0)
		return rc;
	for (; command.words[count]; count++)
		argv[count] = command.words[count];
	argv[count] = "--help";
	rc = proc_run(&spec, &result, err);
	if (rc < 0)
		return err_wrap(err, "Install the package bochs");
	found = strstr(text.data, name);
	if (!found)
		return err_set(err, -ENOEXEC,
			       "%s --help does not say which Bochs it is; install the package "
			       "bochs. It said: %.200s",
			       argv[2], text.data);
	snprintf(ret_version, bytes, "%.*s", (int)strcspn(found, "\r\n"), found);
	return 0;
}
