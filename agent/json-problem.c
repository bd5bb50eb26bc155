// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-problem.h"

#include <jansson.h>
#include <stdio.h>

void json_problem_detail(const char *body, size_t bytes, char *ret_detail, size_t detail_bytes)
{
	json_t *problem = json_loadb(body, bytes, 0, NULL);
	const char *detail = json_string_value(json_object_get(problem, "detail"));

	snprintf(ret_detail, detail_bytes, "%.*s", (int)detail_bytes - 1, detail ? detail : "");
	for (char *c = ret_detail; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	json_decref(problem);
}
