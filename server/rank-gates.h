/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gates do to a variant's status. */
#ifndef RUNWAY_SERVER_RANK_GATES_H
#define RUNWAY_SERVER_RANK_GATES_H

#include "server/rank.h"

/* A failed gate disqualifies; the reason says so when the base fails it as well. Who did not take one that ran
 * for the base is not ranked. */
void rank_gates_judge(const struct rank_result *base, struct rank_result *result);
/* Those that ran for the base and not here, as not run. */
void rank_gates_add_not_run(const struct rank_result *base, struct rank_result *result);

#endif
