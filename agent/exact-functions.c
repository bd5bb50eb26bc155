// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/exact-functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

struct share {
	struct symbol_place place;
	uint64_t instructions;
};

static int same_place(const struct symbol_place *a, const struct symbol_place *b)
{
	int order = strcmp(a->module, b->module);

	return order ? order : strcmp(a->function, b->function);
}

static int by_place(const void *a, const void *b)
{
	const struct share *left = a, *right = b;

	return same_place(&left->place, &right->place);
}

static int by_instructions(const void *a, const void *b)
{
	const struct share *left = a, *right = b;

	if (left->instructions != right->instructions)
		return left->instructions < right->instructions ? 1 : -1;
	return same_place(&left->place, &right->place);
}

/* Sums neighbours of one place; returns how many are left. */
static size_t merge(struct share *shares, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept && !same_place(&shares[kept - 1].place, &shares[i].place))
			shares[kept - 1].instructions += shares[i].instructions;
		else
			shares[kept++] = shares[i];
	}
	return kept;
}

/* pcs[first … first + count) */
static void split_part(const uint64_t *pcs, uint64_t count, const char *kind, const char *part,
		       const struct symbols *symbols, struct exact_result *result)
{
	CLEANUP(free_ptr) struct share *shares = xcalloc(count + 1, sizeof(*shares));
	size_t kept;

	for (uint64_t i = 0; i < count; i++) {
		symbols_find(symbols, pcs[i], &shares[i].place);
		shares[i].instructions = 1;
	}
	qsort(shares, count, sizeof(*shares), by_place);
	kept = merge(shares, count);
	qsort(shares, kept, sizeof(*shares), by_instructions);
	if (kept > EXACT_FUNCTIONS_MAX)
		kept = EXACT_FUNCTIONS_MAX;
	result->functions = xreallocarray(result->functions, result->functions_count + kept + 1,
					  sizeof(*result->functions));
	for (size_t i = 0; i < kept; i++) {
		struct exact_function *function = &result->functions[result->functions_count++];

		memset(function, 0, sizeof(*function));
		function->part = part;
		function->instructions = shares[i].instructions;
		snprintf(function->kind, sizeof(function->kind), "%s", kind);
		snprintf(function->module, sizeof(function->module), "%s", shares[i].place.module);
		snprintf(function->function, sizeof(function->function), "%s",
			 shares[i].place.function);
	}
}

void exact_split(const struct path_file_path *path, const struct exact_window *window,
		 const char *kind, const struct symbols *symbols, struct exact_result *result)
{
	uint64_t length = path->totals.length;

	for (size_t i = 0; i < result->functions_count; i++)
		if (!strcmp(result->functions[i].kind, kind))
			return;
	split_part(path->pcs, length, kind, "exit_path", symbols, result);
	if (!window)
		return;
	split_part(path->pcs, window->exit, kind, "exit_window", symbols, result);
	split_part(path->pcs + length - window->entry, window->entry, kind, "entry_window", symbols,
		   result);
}
