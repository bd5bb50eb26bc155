// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/console.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/host-driver.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* Room for the mark between the two parts. */
#define MARK_BYTES 128
#define HEAD_BYTES (CONSOLE_MAX_BYTES / 2)
#define TAIL_BYTES (CONSOLE_MAX_BYTES / 2 - MARK_BYTES)

/*
 * What a line of a dying kernel begins with or has in it. The first pattern that matches decides.
 * To add one: a row here with the kernel's own words (from arch/x86/kernel/, mm/, kernel/), and a
 * sample in test-console.c.
 */
static const struct {
	enum finding { OOPS, PANIC, WARNING, STALL } finding;
	bool at_start;
	const char *words;
} patterns[] = {
	{ PANIC, true, "Kernel panic - not syncing" },
	{ PANIC, true, "PANIC: double fault" },
	{ STALL, false, "BUG: soft lockup" },
	{ STALL, false, "BUG: workqueue lockup" },
	{ STALL, false, "detected stalls on CPUs" },
	{ STALL, false, "self-detected stall on CPU" },
	{ STALL, false, "blocked for more than" },
	{ STALL, false, "Watchdog detected hard LOCKUP" },
	{ OOPS, true, "BUG: " },
	{ OOPS, true, "kernel BUG at " },
	{ OOPS, true, "Oops: " },
	{ OOPS, true, "Internal error: " },
	{ OOPS, true, "general protection fault" },
	{ OOPS, true, "stack guard page was hit" },
	{ OOPS, true, "double fault: " },
	{ OOPS, true, "divide error: " },
	{ OOPS, true, "invalid opcode: " },
	{ OOPS, true, "int3: " },
	{ OOPS, true, "stack segment: " },
	{ OOPS, true, "alignment check: " },
	{ OOPS, true, "Bad pagetable: " },
	{ WARNING, true, "WARNING: " },
};

void console_init(struct console *console)
{
	memset(console, 0, sizeof(*console));
	console->head = BUF_INIT(HEAD_BYTES);
}

void console_release(struct console *console)
{
	buf_release(&console->head);
	free_ptr(&console->tail);
}

static void keep(struct console *console, const char *bytes, size_t count)
{
	size_t in_head = buf_append_some(&console->head, bytes, count);

	if (in_head < count && !console->tail)
		console->tail = xcalloc(TAIL_BYTES, 1);
	for (size_t i = in_head; i < count; i++)
		console->tail[console->tail_bytes++ % TAIL_BYTES] = bytes[i];
}

/* "[    1.234567] BUG: …" and "<4>[    1.234567][   T12] BUG: …" without what is in front. */
static const char *skip_stamp(const char *line)
{
	for (;;) {
		char close = *line == '[' ? ']' : *line == '<' ? '>' : '\0';
		size_t length = close ? strcspn(line, (char[]){ close, '\0' }) : 0;

		if (!close || length > 24 || line[length] != close)
			return line;
		line += length + 1;
		line += strspn(line, " ");
	}
}

static void keep_first(char *field, size_t bytes, const char *text)
{
	if (!*field)
		snprintf(field, bytes, "%s", text);
}

/* "RIP: 0010:svm_vcpu_run+0x1b/0x40 [kvm_amd]" */
static void look_for_place(struct console *console, const char *line)
{
	const char *place = !strncmp(line, "RIP: ", 5) ? strchr(line + 5, ':') : NULL;
	char function[80], module[40] = "";
	int found;

	if (!place || !console->oops[0] || console->where[0])
		return;
	found = sscanf(place + 1, "%79[A-Za-z0-9_.]%*s [%39[A-Za-z0-9_]]", function, module);
	if (found >= 1 && strncmp(function, "0x", 2))
		snprintf(console->where, sizeof(console->where), "%s%s%s", function,
			 found == 2 ? " of " : "", found == 2 ? module : "");
}

static void judge_line(struct console *console)
{
	const char *line;

	for (size_t i = 0; i < console->line_bytes; i++)
		if (!isprint((unsigned char)console->line[i]))
			console->line[i] = ' ';
	console->line[console->line_bytes] = '\0';
	console->line_bytes = 0;
	line = skip_stamp(console->line);
	if (!strncmp(line, "watchdog: ", 10) || !strncmp(line, "traps: ", 7))
		line = strchr(line, ' ') + 1;
	look_for_place(console, line);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		char *const fields[] = { console->oops, console->panic, console->warning,
					 console->stall };
		const char *match = strstr(line, patterns[i].words);

		if (!match || (patterns[i].at_start && match != line))
			continue;
		keep_first(fields[patterns[i].finding], CONSOLE_LINE_MAX_BYTES, line);
		return;
	}
}

void console_add(struct console *console, const char *bytes, size_t count)
{
	keep(console, bytes, count);
	console->total_bytes += count;
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n')
			judge_line(console);
		else if (bytes[i] != '\r' && console->line_bytes < CONSOLE_LINE_MAX_BYTES - 1)
			console->line[console->line_bytes++] = bytes[i];
	}
}

bool console_died(const struct console *console, char *ret_sentence, size_t bytes)
{
	/* A kernel that dies in the middle of its last line has still said it. */
	struct console last = *console;

	judge_line(&last);
	if (!last.oops[0] && !last.panic[0])
		return false;
	if (!last.oops[0])
		snprintf(ret_sentence, bytes, "The host kernel died: %.200s", last.panic);
	else
		snprintf(ret_sentence, bytes, "The host kernel died%s%s: %.200s%s%.150s",
			 last.where[0] ? " in " : "", last.where, last.oops,
			 last.panic[0] ? "; then " : "", last.panic);
	return true;
}

bool console_warned(const struct console *console, char *ret_sentence, size_t bytes)
{
	const char *line = console->stall[0] ? console->stall : console->warning;

	if (!line[0])
		return false;
	snprintf(ret_sentence, bytes, "The host kernel warned: %.300s", line);
	return true;
}

void console_take(const struct console *console, struct buf *ret_text)
{
	uint64_t kept = console->tail_bytes < TAIL_BYTES ? console->tail_bytes : TAIL_BYTES;
	uint64_t start = console->tail_bytes > TAIL_BYTES ? console->tail_bytes % TAIL_BYTES : 0;

	buf_append_some(ret_text, console->head.data, console->head.length);
	if (!kept)
		return;
	if (console->tail_bytes > kept)
		buf_printf(ret_text, "\n[… %" PRIu64 " bytes left out …]\n",
			   console->tail_bytes - kept);
	buf_append_some(ret_text, console->tail + start, kept - start);
	buf_append_some(ret_text, console->tail, start);
}
