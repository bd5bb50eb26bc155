/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which Bochs, and how it is started: Debian 12's own, or Bochs 3.0 from a folder of Runway's own with
 * its own libraries and loader (deploy/fetch-bochs3), which RUNWAY_BOCHS3 names.
 *
 *	CLEANUP(bochs_command_release) struct bochs_command command = { 0 };
 *	rc = bochs_command_make(BOCHS_3, sandboxed, NULL, &command, err);
 *	... command.words, then "-q -f bochsrc -rc commands" ...
 */
#ifndef RUNWAY_AGENT_BOCHS_EMULATOR_H
#define RUNWAY_AGENT_BOCHS_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

enum bochs_release { BOCHS_2, BOCHS_3 };

#define BOCHS_COMMAND_WORDS_MAX 9

struct bochs_command {
	char *words[BOCHS_COMMAND_WORDS_MAX]; /* NULL-ended */
	char *from;	/* file or folder that a sandbox must show at `to`; NULL: none */
	char *to;
	char *firmware; /* folder, as the emulator sees it */
};

/* preload: a library that it is made to load, as it sees it; or NULL. -ENOENT when RUNWAY_BOCHS3 is
 * needed and names no folder. */
int bochs_command_make(enum bochs_release release, bool sandboxed, const char *preload,
		       struct bochs_command *ret_command, struct err *err);
void bochs_command_release(struct bochs_command *command);

/* "Bochs x86 Emulator 2.7"; else a sentence on what to install. */
int bochs_version(enum bochs_release release, char *ret_version, size_t bytes, struct err *err);

#endif
