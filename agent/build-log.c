// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/build-log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/kbuild.h"

static void remember(char *where, size_t bytes, const char *line)
{
	snprintf(where, bytes, "%.*s", (int)bytes - 1, line);
}

/* Paths as the submitter knows them: the sandbox's /src/ and make's ../ are ours. */
static const char *without_our_folders(const char *line)
{
	return !strncmp(line, "/src/", 5) ? line + 5 : line;
}

static void read_line(struct build_log *log)
{
	const char *line = log->line;

	if (strstr(line, "warning: ") || strstr(line, "WARNING: modpost"))
		log->warnings++;
	if (!log->first_error[0] &&
	    (strstr(line, "error: ") || strstr(line, "ERROR: modpost") || strstr(line, "Error: ") ||
	     strstr(line, "undefined reference to")))
		remember(log->first_error, sizeof(log->first_error), without_our_folders(line));
	if (strstr(line, "make") && strstr(line, "*** "))
		remember(log->last_make, sizeof(log->last_make), line);
}

void build_log_add(void *data, const char *bytes, size_t count)
{
	struct build_log *log = data;

	log->bytes += count;
	if (build_log_too_long(log))
		return;
	if (log->watch->output)
		log->watch->output(log->watch->data, bytes, count);
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n') {
			log->line[log->line_length] = '\0';
			read_line(log);
			log->line_length = 0;
		} else if (log->line_length + 1 < sizeof(log->line)) {
			log->line[log->line_length++] =
				bytes[i] >= ' ' || bytes[i] < 0 ? bytes[i] : ' ';
		}
	}
}

bool build_log_too_long(const struct build_log *log)
{
	return log->bytes > BUILD_LOG_MAX_BYTES;
}

bool build_log_cancelled(void *data)
{
	struct build_log *log = data;

	return build_log_too_long(log) ||
	       (log->watch->cancelled && log->watch->cancelled(log->watch->data));
}

int build_log_fail(struct build_log *log, const char *format, ...)
{
	va_list args;

	if (log->failed)
		return 0; /* the first reason is the one to mend */
	log->failed = true;
	va_start(args, format);
	vsnprintf(log->sentence, sizeof(log->sentence), format, args);
	va_end(args);
	return 0;
}

void build_log_judge(struct build_log *log, const struct proc_result *result)
{
	char how[128];

	if (build_log_too_long(log)) {
		build_log_fail(log, "The build printed more than %u MiB and was ended.",
			       BUILD_LOG_MAX_BYTES >> 20);
		return;
	}
	if (result->end == PROC_EXITED && !result->status)
		return;
	proc_describe(result, how, sizeof(how));
	if (result->end == PROC_TIMED_OUT)
		build_log_fail(log, "The build %s.", how);
	else if (log->first_error[0])
		build_log_fail(log, "Does not compile: %s", log->first_error);
	else if (log->last_make[0])
		build_log_fail(log, "The build failed: %s", log->last_make);
	else
		build_log_fail(log, "The build %s and named no error; its log has the rest.", how);
}
