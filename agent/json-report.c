// SPDX-License-Identifier: GPL-2.0-or-later
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/json-dirty.h"
#include "agent/json-latency.h"
#include "agent/json-race.h"
#include "agent/report.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define LINE_MAX_BYTES (64u << 10)

static void drop(json_t **json)
{
	json_decref(*json);
}

static bool text(json_t *object, const char *key, char *ret_text, size_t bytes)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (!value || (size_t)snprintf(ret_text, bytes, "%s", value) >= bytes)
		return false;
	for (char *c = ret_text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	return true;
}

/* Absent is 0; negative or no integer is refused. */
static bool number(json_t *object, const char *key, uint64_t *ret_number)
{
	json_t *value = json_object_get(object, key);

	*ret_number = 0;
	if (!value)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*ret_number = (uint64_t)json_integer_value(value);
	return true;
}

static uint64_t row(json_t *irq, const char *name)
{
	uint64_t value;

	return number(irq, name, &value) ? value : 0;
}

/*
 * Rows of /proc/interrupts that one CPU raises on another. LOC is the CPU's own timer, and a TLB
 * shootdown is a function call, counted in CAL already.
 */
static void add_host_ipis(json_t *irq, struct rep *rep)
{
	rep->kick_ipis = row(irq, "RES");
	rep->posted_ipis = row(irq, "PIN") + row(irq, "NPI") + row(irq, "PIW");
	rep->host_ipis = rep->kick_ipis + rep->posted_ipis + row(irq, "CAL");
}

static uint64_t largest(json_t *array)
{
	uint64_t worst = 0;

	for (size_t i = 0; i < json_array_size(array); i++) {
		json_int_t value = json_integer_value(json_array_get(array, i));

		if (value > 0 && (uint64_t)value > worst)
			worst = (uint64_t)value;
	}
	return worst;
}

static bool reasons(json_t *object, struct rep *rep)
{
	const char *name;
	json_t *value;

	rep->reasons = xcalloc(REPORT_REASONS_MAX, sizeof(*rep->reasons));
	json_object_foreach (object, name, value) {
		struct count *count = &rep->reasons[rep->reasons_count];

		if (rep->reasons_count == REPORT_REASONS_MAX || !json_is_integer(value) ||
		    json_integer_value(value) < 0)
			return false;
		snprintf(count->name, sizeof(count->name), "%s", name);
		count->value = (uint64_t)json_integer_value(value);
		rep->reasons_count++;
	}
	return true;
}

static bool add_rep(json_t *line, struct report *report)
{
	struct rep rep = { 0 };
	uint64_t index;
	char pass[16];

	if (!text(line, "workload", rep.workload, sizeof(rep.workload)) ||
	    !text(line, "pass", pass, sizeof(pass)) || !number(line, "rep", &index) ||
	    !number(line, "sent", &rep.sent) || !number(line, "received", &rep.received) ||
	    !number(line, "destinations", &rep.destinations) ||
	    !number(line, "wall_ns", &rep.wall_ns) ||
	    !number(json_object_get(line, "kvm"), "exits", &rep.exits))
		return false;
	rep.rep = (unsigned)index;
	rep.counting = !strcmp(pass, "counting");
	add_host_ipis(json_object_get(line, "irq"), &rep);
	rep.run_delay_ns = largest(json_object_get(line, "run_delay_ns"));
	if (!reasons(json_object_get(line, "exits_by_reason"), &rep)) {
		free(rep.reasons);
		return false;
	}
	report->reps = xreallocarray(report->reps, report->reps_count + 1, sizeof(rep));
	report->reps[report->reps_count++] = rep;
	return true;
}

static bool add_gate(json_t *line, struct report *report)
{
	struct gate gate = { 0 };
	json_t *passed = json_object_get(line, "passed");

	if (!text(line, "gate", gate.gate, sizeof(gate.gate)) ||
	    !text(line, "workload", gate.workload, sizeof(gate.workload)) ||
	    !json_is_boolean(passed))
		return false;
	text(line, "detail", gate.detail, sizeof(gate.detail));
	gate.passed = json_is_true(passed);
	report->gates = xreallocarray(report->gates, report->gates_count + 1, sizeof(gate));
	report->gates[report->gates_count++] = gate;
	return true;
}

static bool add_skip(json_t *line, struct report *report)
{
	struct skip skip = { 0 };

	if (!text(line, "workload", skip.workload, sizeof(skip.workload)) ||
	    !text(line, "why", skip.why, sizeof(skip.why)))
		return false;
	report->skips = xreallocarray(report->skips, report->skips_count + 1, sizeof(skip));
	report->skips[report->skips_count++] = skip;
	return true;
}

static bool add_race(json_t *line, struct report *report)
{
	struct race_map map;

	if (report->races_count == RACE_MAPS_MAX || !json_race_decode(line, &map))
		return false;
	report->races = xreallocarray(report->races, report->races_count + 1, sizeof(map));
	report->races[report->races_count++] = map;
	return true;
}

static bool add_latency(json_t *line, struct report *report)
{
	struct latency latency;

	if (report->latencies_count == LATENCIES_MAX || !json_latency_decode(line, &latency))
		return false;
	report->latencies = xreallocarray(report->latencies, report->latencies_count + 1,
					  sizeof(latency));
	report->latencies[report->latencies_count++] = latency;
	return true;
}

static bool add_dirty_log(json_t *line, struct report *report)
{
	struct dirty_log dirty;

	if (report->dirty_logs_count == DIRTY_LOGS_MAX || !json_dirty_decode(line, &dirty))
		return false;
	report->dirty_logs =
		xreallocarray(report->dirty_logs, report->dirty_logs_count + 1, sizeof(dirty));
	report->dirty_logs[report->dirty_logs_count++] = dirty;
	return true;
}

static void add_fact(struct report *report, const char *key, const char *value)
{
	report->facts =
		xreallocarray(report->facts, report->facts_count + 1, sizeof(*report->facts));
	report->facts[report->facts_count++] =
		(struct pair){ xstrndup(key, 128), xstrndup(value, 256) };
}

static bool add_facts(json_t *object, const char *prefix, struct report *report)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		CLEANUP(free_ptr) char *name = xasprintf("%s%.64s", prefix, key);

		if (report->facts_count > 512)
			return false;
		if (json_is_object(value) && !prefix[0]) {
			CLEANUP(free_ptr) char *inner = xasprintf("%.64s.", key);

			add_facts(value, inner, report);
		} else if (json_is_string(value)) {
			add_fact(report, name, json_string_value(value));
		} else if (json_is_integer(value)) {
			CLEANUP(free_ptr)
			char *digits =
				xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));

			add_fact(report, name, digits);
		}
	}
	return true;
}

static bool add_line(const char *from, size_t bytes, struct report *report)
{
	CLEANUP(drop) json_t *line = json_loadb(from, bytes, JSON_REJECT_DUPLICATES, NULL);
	char type[16];

	if (!text(line, "t", type, sizeof(type)))
		return false;
	if (!strcmp(type, "rep"))
		return add_rep(line, report);
	if (!strcmp(type, "gate"))
		return add_gate(line, report);
	if (!strcmp(type, "dirty"))
		return add_dirty_log(line, report);
	if (!strcmp(type, "latency"))
		return add_latency(line, report);
	if (!strcmp(type, "race"))
		return add_race(line, report);
	if (!strcmp(type, "skip"))
		return add_skip(line, report);
	if (!strcmp(type, "hello")) {
		json_object_del(line, "t");
		return !report->facts_count && add_facts(line, "", report);
	}
	return true;
}

void json_report_decode(const char *text_start, size_t bytes, struct report *ret_report)
{
	const char *end = text_start + bytes;
	size_t lines = 0;

	for (const char *line = text_start; line < end && lines < REPORT_LINES_MAX; lines++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((newline ? newline : end) - line);

		if (length > LINE_MAX_BYTES || (length && !add_line(line, length, ret_report)))
			ret_report->bad_lines++;
		line = newline ? newline + 1 : end;
	}
}

void report_release(struct report *report)
{
	for (size_t i = 0; i < report->facts_count; i++) {
		free(report->facts[i].key);
		free(report->facts[i].value);
	}
	for (size_t i = 0; i < report->reps_count; i++)
		free(report->reps[i].reasons);
	for (size_t i = 0; i < report->races_count; i++)
		race_map_release(&report->races[i]);
	free(report->races);
	for (size_t i = 0; i < report->latencies_count; i++)
		latency_release(&report->latencies[i]);
	free(report->latencies);
	free(report->dirty_logs);
	free(report->skips);
	free(report->facts);
	free(report->reps);
	free(report->gates);
	memset(report, 0, sizeof(*report));
}
