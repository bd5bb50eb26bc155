/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runway-bench's JSON lines (docs/formats.md), taken as hostile: they come from a host whose kernel
 * is under test. A line that does not parse, or lacks what its kind must have, is BENCH_OTHER.
 *
 *	struct bench_line line;
 *	for (const char *at = text; bench_line_next(&at, end, &line);)
 *		if (line.type == BENCH_SITE) ... line.site.guest_pc ...
 */
#ifndef RUNWAY_AGENT_JSON_BENCH_H
#define RUNWAY_AGENT_JSON_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_LINE_MAX_BYTES (64 << 10)
#define BENCH_SECTIONS_MAX 256

enum bench_line_type {
	BENCH_OTHER,
	BENCH_BOOT,
	BENCH_INSMOD,
	BENCH_MODULE,
	BENCH_BEGIN,
	BENCH_REP,
	BENCH_SITE,
	BENCH_FAIL,
	BENCH_END,
};

struct bench_section {
	char name[48];
	uint64_t address;
};

struct bench_line {
	enum bench_line_type type;
	bool ok;	 /* INSMOD, END */
	char module[32]; /* INSMOD, MODULE */
	char error[160]; /* INSMOD */
	struct {	 /* BEGIN, REP; workload also of SITE and FAIL, "" when a FAIL has none */
		char workload[64];
		char pass[16];
		unsigned rep;
	};
	struct {
		char kind[32];
		uint64_t guest_pc, vcpu, exits;
	} site;
	struct {
		char what[32];
		char detail[256];
	} fail;
	struct bench_section sections[BENCH_SECTIONS_MAX]; /* MODULE; what is more is left out */
	size_t sections_count;
};

/* One line without its newline. */
void bench_line_decode(const char *text, size_t bytes, struct bench_line *ret_line);

/* Decodes the line at *at and moves *at behind it; false at the end. Empty lines are BENCH_OTHER.
 */
bool bench_line_next(const char **at, const char *end, struct bench_line *ret_line);

#endif
