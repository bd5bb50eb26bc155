// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/check.h"

#include <string.h>

#define DIGITS "0123456789"
#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool only(const char *text, const char *accepted, size_t max)
{
	size_t length = strlen(text);

	return length && length <= max && strspn(text, accepted) == length;
}

bool check_name(const char *text, size_t max)
{
	return only(text, SMALL DIGITS "._-", max) && !strchr("._-", text[0]);
}

bool check_word(const char *text, size_t max)
{
	size_t length = 0;

	for (const char *c = text; *c; c++, length++)
		if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
			return false;
	return length && length <= max;
}

bool check_repository(const char *text)
{
	return only(text, SMALL CAPITALS DIGITS "._-", 64) && !strchr("._-", text[0]);
}

bool check_rev(const char *text)
{
	return only(text, SMALL CAPITALS DIGITS "._/~^-", 200) && text[0] != '-' &&
	       !strstr(text, "..");
}

bool check_c_identifier(const char *text, size_t max)
{
	return only(text, SMALL CAPITALS DIGITS "_", max) && !strchr(DIGITS, text[0]);
}

bool check_label(const char *text)
{
	return only(text, SMALL CAPITALS DIGITS "._-", LABEL_MAX);
}

bool check_hex(const char *text, size_t min, size_t max)
{
	return only(text, DIGITS "abcdef", max) && strlen(text) >= min;
}

void check_clean_text(char *text, bool lines)
{
	for (char *c = text; *c; c++)
		if (((unsigned char)*c < ' ' && !(lines && (*c == '\n' || *c == '\t'))) ||
		    *c == 0x7f)
			*c = ' ';
}
