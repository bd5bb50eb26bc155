/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentence in a problem+json body; "" when there is none. Control characters become blanks. */
#ifndef RUNWAY_AGENT_JSON_PROBLEM_H
#define RUNWAY_AGENT_JSON_PROBLEM_H

#include <stddef.h>

void json_problem_detail(const char *body, size_t bytes, char *ret_detail, size_t detail_bytes);

#endif
