/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's console as it comes: keeps its first and last parts within CONSOLE_MAX_BYTES, and looks
 * in every line, also those between, for what says that the kernel died.
 *
 *	struct console console;
 *	console_init(&console);
 *	console_add(&console, bytes, count);		// any number of times
 *	if (console_died(&console, sentence, sizeof(sentence))) ...
 *	console_take(&console, &outcome.console);
 *	console_release(&console);
 */
#ifndef RUNWAY_AGENT_CONSOLE_H
#define RUNWAY_AGENT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define CONSOLE_LINE_MAX_BYTES 512

struct console {
	struct buf head;
	char *tail;	     /* ring of CONSOLE_TAIL_BYTES once head is full; NULL before */
	uint64_t tail_bytes; /* that went into the ring in all */
	char line[CONSOLE_LINE_MAX_BYTES]; /* under way; what is longer is cut */
	size_t line_bytes;
	uint64_t total_bytes;
	/* First line of each kind, without its time stamp; "" when there was none. */
	char oops[CONSOLE_LINE_MAX_BYTES];
	char where[128]; /* function of the first RIP after the oops, with its module */
	char panic[CONSOLE_LINE_MAX_BYTES];
	char warning[CONSOLE_LINE_MAX_BYTES];
	char stall[CONSOLE_LINE_MAX_BYTES]; /* soft lockup, hung task, RCU stall */
};

void console_init(struct console *console);
void console_release(struct console *console);
void console_add(struct console *console, const char *bytes, size_t count);

/* Whether the kernel died; the sentence names the line that said so, and the function. */
bool console_died(const struct console *console, char *ret_sentence, size_t bytes);
/* Whether it lived on but warned of a bug of its own. */
bool console_warned(const struct console *console, char *ret_sentence, size_t bytes);

/* Appends what was kept, with a mark where something is missing. */
void console_take(const struct console *console, struct buf *ret_text);

#endif
