// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/list.h"

#include <stddef.h>
#include <string.h>

static bool has(const char *list, const char *name, size_t length)
{
	while (*list) {
		size_t item = strcspn(list, ",");

		if (item == length && !memcmp(list, name, length))
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

bool list_has(const char *list, const char *name)
{
	return has(list, name, strlen(name));
}

bool list_has_all(const char *list, const char *names)
{
	while (*names) {
		size_t item = strcspn(names, ",");

		if (item && !has(list, names, item))
			return false;
		names += item + (names[item] == ',');
	}
	return true;
}
