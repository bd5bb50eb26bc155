// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/bisect-values.h"

#include <stdlib.h>

#include "lib/alloc.h"
#include "server/stat-order.h"

void bisect_values_release(struct bisect_values *values)
{
	free(values->all);
	*values = (struct bisect_values){ 0 };
}

/* Repetitions of one load come together and sorted: the middle one is kept. */
struct repetitions {
	double *values;
	size_t count, capacity;
};

static void end_load(struct repetitions *repetitions, struct bisect_values *values)
{
	if (repetitions->count)
		values->all[values->count - 1].median =
			stat_median(repetitions->values, repetitions->count);
	repetitions->count = 0;
}

void bisect_values_read(struct db_conn *conn, int64_t campaign, const struct bisection *bisection,
			struct bisect_values *ret_values)
{
	CLEANUP(rows_end)
	struct rows rows = db_query(conn, SQL_BISECTION_VALUES, db_int(campaign),
				    db_text(bisection->isa), db_text(bisection->metric->lane),
				    db_text(bisection->metric->name), db_text(bisection->workload),
				    db_text(bisection->kind));
	struct bisect_values values = { 0 };
	struct repetitions repetitions = { 0 };

	while (rows_next(&rows)) {
		if (!values.count || values.all[values.count - 1].load != rows_int(&rows, 2)) {
			end_load(&repetitions, &values);
			ARRAY_GROW(values.all, values.count, values.capacity);
			values.all[values.count++] = (struct bisect_value){
				.position = (size_t)rows_int(&rows, 0),
				.block = rows_int(&rows, 1),
				.load = rows_int(&rows, 2),
				.host = rows_int(&rows, 3),
			};
		}
		ARRAY_GROW(repetitions.values, repetitions.count, repetitions.capacity);
		repetitions.values[repetitions.count++] = rows_real(&rows, 4);
	}
	end_load(&repetitions, &values);
	free(repetitions.values);
	*ret_values = values;
}

/* The first load of that variant among count of one block; NULL when there is none. */
static const struct bisect_value *find(const struct bisect_value *values, size_t count,
				       size_t position, bool *ret_varied)
{
	const struct bisect_value *found = NULL;

	for (size_t i = 0; i < count; i++) {
		if (values[i].position != position)
			continue;
		if (found && found->median != values[i].median)
			*ret_varied = true;
		if (!found)
			found = &values[i];
	}
	return found;
}

size_t bisect_triples(const struct bisect_values *values, size_t part, size_t whole,
		      struct bisect_triple *triples, bool *ret_varied)
{
	size_t found = 0;

	for (size_t from = 0, to; from < values->count; from = to) {
		const struct bisect_value *block = values->all + from, *a, *b, *c;

		for (to = from + 1; to < values->count && values->all[to].block == block->block;)
			to++;
		a = find(block, to - from, 0, ret_varied);
		b = find(block, to - from, part, ret_varied);
		c = find(block, to - from, whole, ret_varied);
		if (a && b && c && a->host == b->host && b->host == c->host)
			triples[found++] =
				(struct bisect_triple){ a->median, b->median, c->median };
	}
	return found;
}
