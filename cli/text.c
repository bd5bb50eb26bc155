// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/text.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "lib/alloc.h"

/* Length of the UTF-8 sequence at data and its code point; 0 when it is none. */
static size_t decode_utf8(const unsigned char *data, size_t bytes, uint32_t *ret_code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = data[0] < 0x80	 ? 1
			: data[0] < 0xc2 ? 0
			: data[0] < 0xe0 ? 2
			: data[0] < 0xf0 ? 3
			: data[0] < 0xf5 ? 4
					 : 0;
	uint32_t code;

	if (!length || length > bytes)
		return 0;
	code = length == 1 ? data[0] : data[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (data[i] & 0x3fu);
	}
	if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret_code = code;
	return length;
}

static bool is_unsafe(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} unsafe[] = {
		{ 0x0000, 0x001f }, { 0x007f, 0x009f },	  { 0x00ad, 0x00ad }, { 0x061c, 0x061c },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e },	  { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (code >= unsafe[i].first && code <= unsafe[i].last)
			return true;
	return false;
}

char *text_clean_bytes(const char *data, size_t bytes, enum text_lines lines)
{
	const unsigned char *from = (const unsigned char *)data;
	char *clean = xmalloc(bytes + 1), *to = clean;

	while (bytes) {
		uint32_t code = 0;
		size_t length = decode_utf8(from, bytes, &code);

		if (!length) {
			*to++ = '?';
			length = 1;
		} else if (code == '\n' || code == '\t') {
			*to++ = lines == TEXT_ONE_LINE ? ' ' : (char)code;
		} else if (!is_unsafe(code)) {
			memcpy(to, from, length);
			to += length;
		}
		from += length;
		bytes -= length;
	}
	*to = '\0';
	return clean;
}

char *text_clean(const char *text, enum text_lines lines)
{
	return text_clean_bytes(text, strlen(text), lines);
}

/* Columns of one character; the tables of C.UTF-8, whatever the user's locale is. */
static size_t width_of(uint32_t code)
{
	static locale_t utf8;
	locale_t before;
	int width;

	if (code < 0x80)
		return 1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	width = wcwidth((wchar_t)code);
	uselocale(before);
	return width < 0 ? 1 : (size_t)width;
}

size_t text_fit(const char *text, size_t columns)
{
	size_t left = strlen(text), used = 0, width = 0;

	while (left) {
		uint32_t code = '?';
		size_t length = decode_utf8((const unsigned char *)text + used, left, &code);

		width += width_of(code);
		if (width > columns)
			break;
		length = length ? length : 1;
		used += length;
		left -= length;
	}
	return used;
}

size_t text_width(const char *text)
{
	size_t left = strlen(text), width = 0;

	while (left) {
		uint32_t code = '?';
		size_t length = decode_utf8((const unsigned char *)text, left, &code);

		length = length ? length : 1;
		width += width_of(code);
		text += length;
		left -= length;
	}
	return width;
}

char *text_duration(double seconds)
{
	unsigned long long whole;

	if (!(seconds >= 0) || seconds > 1e12)
		return xstrdup("unknown");
	if (seconds < 0.9995)
		return xasprintf("%.0f ms", seconds * 1000);
	if (seconds < 59.95)
		return xasprintf("%.1f s", seconds);
	whole = (unsigned long long)(seconds + 0.5);
	if (whole < 3600)
		return xasprintf("%llu min %02llu s", whole / 60, whole % 60);
	return xasprintf("%llu h %02llu min", whole / 3600, whole / 60 % 60);
}

char *text_number(double value)
{
	char *text, *end;

	if (!isfinite(value))
		return xstrdup("?");
	if (value == trunc(value) && fabs(value) < 1e15)
		return xasprintf("%.0f", value);
	if (fabs(value) < 0.0005 || fabs(value) >= 1e9)
		return xasprintf("%.2g", value);
	text = xasprintf("%.3f", value);
	end = text + strlen(text);
	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
	return text;
}
