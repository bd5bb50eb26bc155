/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a value of a host's JSON lines may be, for those who decode them: the host's kernel is under
 * test, so what it prints is hostile. NULL, a value that is not there, is refused as any other.
 *
 *	if (!json_field_name(json_object_get(line, "workload"), rep.workload, sizeof(rep.workload)))
 *		return false;
 *
 * For json-*.c alone.
 */
#ifndef RUNWAY_AGENT_JSON_FIELD_H
#define RUNWAY_AGENT_JSON_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name that goes on into the database: letters, digits, '.', '_' and '-', not empty. One that does
 * not fit is refused, not cut. */
bool json_field_name(json_t *value, char *ret_name, size_t bytes);
/* An integer from 0 to most. */
bool json_field_count(json_t *value, uint64_t most, uint64_t *ret_count);

#endif
