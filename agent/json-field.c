// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-field.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool json_field_name(json_t *value, char *ret_name, size_t bytes)
{
	const char *text = json_string_value(value);

	if (!text || !*text || strlen(text) >= bytes)
		return false;
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			return false;
	snprintf(ret_name, bytes, "%s", text);
	return true;
}

bool json_field_count(json_t *value, uint64_t most, uint64_t *ret_count)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    (uint64_t)json_integer_value(value) > most)
		return false;
	*ret_count = (uint64_t)json_integer_value(value);
	return true;
}
