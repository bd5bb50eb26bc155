// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json-bench.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/json-field.h"
#include "lib/cleanup.h"

static void drop(json_t **json)
{
	json_decref(*json);
}

/* Copies a string; what would not print becomes a blank, what does not fit is cut. False when it is
 * missing. */
static bool text(json_t *object, const char *key, char *ret_text, size_t bytes)
{
	const char *value = json_string_value(json_object_get(object, key));

	snprintf(ret_text, bytes, "%s", value ?: "");
	for (char *c = ret_text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	return value != NULL;
}

static bool name(json_t *object, const char *key, char *ret_text, size_t bytes)
{
	return json_field_name(json_object_get(object, key), ret_text, bytes);
}

static bool number(json_t *object, const char *key, uint64_t most, uint64_t *ret_number)
{
	return json_field_count(json_object_get(object, key), most, ret_number);
}

/* "0x1234" */
static bool parse_address(const char *value, uint64_t *ret_address)
{
	char *end;

	if (!value || strncmp(value, "0x", 2) || !isxdigit((unsigned char)value[2]))
		return false;
	errno = 0;
	*ret_address = strtoull(value + 2, &end, 16);
	return !*end && !errno;
}

static bool address(json_t *object, const char *key, uint64_t *ret_address)
{
	return parse_address(json_string_value(json_object_get(object, key)), ret_address);
}

static bool truth(json_t *object, const char *key, bool *ret_truth)
{
	json_t *value = json_object_get(object, key);

	*ret_truth = json_is_true(value);
	return json_is_boolean(value);
}

static bool boot(json_t *object, struct bench_line *line)
{
	(void)object;
	(void)line;
	return true;
}

static bool insmod(json_t *object, struct bench_line *line)
{
	text(object, "error", line->error, sizeof(line->error));
	return name(object, "module", line->module, sizeof(line->module)) &&
	       truth(object, "ok", &line->ok);
}

static bool module(json_t *object, struct bench_line *line)
{
	const char *key;
	json_t *value;

	json_object_foreach (json_object_get(object, "sections"), key, value) {
		struct bench_section *section = &line->sections[line->sections_count];

		if (line->sections_count == BENCH_SECTIONS_MAX)
			break;
		if (strlen(key) >= sizeof(section->name) ||
		    !parse_address(json_string_value(value), &section->address))
			continue;
		snprintf(section->name, sizeof(section->name), "%s", key);
		line->sections_count++;
	}
	return name(object, "name", line->module, sizeof(line->module));
}

static bool repetition(json_t *object, struct bench_line *line)
{
	uint64_t rep;

	if (!name(object, "workload", line->workload, sizeof(line->workload)) ||
	    !name(object, "pass", line->pass, sizeof(line->pass)) ||
	    !number(object, "rep", 1000000, &rep))
		return false;
	line->rep = (unsigned)rep;
	return true;
}

static bool site(json_t *object, struct bench_line *line)
{
	return name(object, "workload", line->workload, sizeof(line->workload)) &&
	       name(object, "kind", line->site.kind, sizeof(line->site.kind)) &&
	       address(object, "guest_pc", &line->site.guest_pc) &&
	       address(object, "vcpu", &line->site.vcpu) &&
	       number(object, "exits", UINT32_MAX, &line->site.exits);
}

static bool fail(json_t *object, struct bench_line *line)
{
	text(object, "workload", line->workload, sizeof(line->workload));
	text(object, "detail", line->fail.detail, sizeof(line->fail.detail));
	return text(object, "what", line->fail.what, sizeof(line->fail.what));
}

static bool end_mark(json_t *object, struct bench_line *line)
{
	return truth(object, "ok", &line->ok);
}

/* To read another kind of line: a row here, its type and fields in json-bench.h. Sorted. */
static const struct {
	const char *t;
	enum bench_line_type type;
	bool (*decode)(json_t *object, struct bench_line *line);
} kinds[] = {
	{ "begin", BENCH_BEGIN, repetition }, { "boot", BENCH_BOOT, boot },
	{ "end", BENCH_END, end_mark },	      { "fail", BENCH_FAIL, fail },
	{ "insmod", BENCH_INSMOD, insmod },   { "module", BENCH_MODULE, module },
	{ "rep", BENCH_REP, repetition },     { "site", BENCH_SITE, site },
};

void bench_line_decode(const char *line_text, size_t bytes, struct bench_line *ret_line)
{
	CLEANUP(drop) json_t *object = NULL;
	const char *t;

	memset(ret_line, 0, sizeof(*ret_line));
	if (bytes > BENCH_LINE_MAX_BYTES)
		return;
	object = json_loadb(line_text, bytes, JSON_REJECT_DUPLICATES, NULL);
	t = json_string_value(json_object_get(object, "t"));
	for (size_t i = 0; t && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(t, kinds[i].t) && kinds[i].decode(object, ret_line))
			ret_line->type = kinds[i].type;
}

bool bench_line_next(const char **at, const char *end, struct bench_line *ret_line)
{
	const char *newline;

	if (*at >= end)
		return false;
	newline = memchr(*at, '\n', (size_t)(end - *at)) ?: end;
	bench_line_decode(*at, (size_t)(newline - *at), ret_line);
	*at = newline < end ? newline + 1 : end;
	return true;
}
