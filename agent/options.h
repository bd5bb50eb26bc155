/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of runway-agent. --help prints and exits; everything else that is wrong gives
 * -EINVAL (or the file's own errno) and a sentence.
 */
#ifndef RUNWAY_AGENT_OPTIONS_H
#define RUNWAY_AGENT_OPTIONS_H

#include "agent/config.h"
#include "lib/err.h"

int options_parse(int argc, char **argv, struct config *config, struct err *err);
void options_release(struct config *config);

#endif
