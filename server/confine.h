/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server gives up for good before it reads anything that comes from outside: the user that
 * started it, and every file but those of its state folder.
 *
 *	rc = confine_user("runway", state, err);	// before the first thread, as root
 *	rc = confine_files(state, err);			// the same; -ENOTSUP: this kernel cannot
 *
 * The calling thread and all that it starts afterwards are confined; descriptors that are open stay
 * so.
 */
#ifndef RUNWAY_SERVER_CONFINE_H
#define RUNWAY_SERVER_CONFINE_H

#include "lib/err.h"

/* Makes the folder the user's when it makes it; -EACCES when one that is there is not. */
int confine_user(const char *user, const char *state, struct err *err);

/* By Landlock: state to read and write, nothing to execute, and of the rest what confine.c lists.
 */
int confine_files(const char *state, struct err *err);

#endif
