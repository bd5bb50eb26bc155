/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "runway-agent try-load": one load on this machine, without a server; what it gave is printed.
 */
#ifndef RUNWAY_AGENT_TRY_LOAD_H
#define RUNWAY_AGENT_TRY_LOAD_H

/* argv[0] is "try-load". Returns the exit status: 0 for status ok, 1 for any other, 2 for wrong
 * arguments or a fault of this machine. */
int try_load(int argc, char **argv);

#endif
