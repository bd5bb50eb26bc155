// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/race.h"

#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

/* In front of the plot: "  needed ". */
#define LABEL_COLUMNS 10
#define PLOT_COLUMNS_MIN 20
#define PLOT_COLUMNS_MAX 128

/* Offsets that a plot shows, each column `step` of them. */
struct axis {
	int64_t from, to, step;
	size_t columns;
};

static void release_maps(struct race_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++) {
		free(maps->items[i].workload);
		free(maps->items[i].kind);
		free(maps->items[i].sender);
		free(maps->items[i].ranges);
	}
	free(maps->items);
}

void race_release(struct race *race)
{
	release_maps(&race->maps);
	release_maps(&race->against_maps);
	free(race->variant);
	free(race->against);
	free(race->isa);
	*race = (struct race){ 0 };
}

const struct race_map *race_find(const struct race_maps *maps, const char *workload)
{
	for (size_t i = 0; i < maps->count; i++)
		if (!strcmp(maps->items[i].workload, workload))
			return &maps->items[i];
	return NULL;
}

int64_t race_width(const struct race_map *map, enum race_state state)
{
	int64_t width = 0;

	for (size_t i = 0; i < map->range_count; i++)
		if (map->ranges[i].state == state)
			width += map->ranges[i].to - map->ranges[i].from + 1;
	return width;
}

/* What a row of the plot shows of a state. To add a row: here, and in docs/race-lane.md. */
static bool is_sent(enum race_state state)
{
	return state == RACE_NEEDED || state == RACE_SPURIOUS || state == RACE_LOST_IPI;
}

static bool is_needed(enum race_state state)
{
	return state == RACE_NEEDED;
}

static bool is_arrived(enum race_state state)
{
	return state != RACE_LOST && state != RACE_LOST_IPI;
}

static const struct {
	const char *name;
	bool (*shows)(enum race_state state);
	char all, some, none;
} rows[] = {
	{ "sent", is_sent, '#', '+', '.' },
	{ "needed", is_needed, '#', '+', '.' },
	/* One that is lost must not drown in its column. */
	{ "arrived", is_arrived, '=', 'X', 'X' },
};

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How many of the offsets from … to are in the map, and how many of them a row shows. */
static void count_column(const struct race_map *map, int64_t from, int64_t to,
			 bool (*shows)(enum race_state state), int64_t *ret_tried,
			 int64_t *ret_shown)
{
	*ret_tried = *ret_shown = 0;
	for (size_t i = 0; i < map->range_count; i++) {
		const struct race_range *range = &map->ranges[i];
		int64_t width = smaller(to, range->to) - larger(from, range->from) + 1;

		if (width <= 0)
			continue;
		*ret_tried += width;
		if (shows(range->state))
			*ret_shown += width;
	}
}

static void print_row(const struct race_map *map, const struct axis *axis, size_t row,
		      const struct screen *screen)
{
	char line[PLOT_COLUMNS_MAX + 1];
	size_t length = 0;

	for (size_t column = 0; column < axis->columns; column++) {
		int64_t from = axis->from + (int64_t)column * axis->step, tried, shown;

		count_column(map, from, from + axis->step - 1, rows[row].shows, &tried, &shown);
		line[column] = !tried		? ' '
			       : shown == tried ? rows[row].all
			       : shown		? rows[row].some
						: rows[row].none;
		if (tried)
			length = column + 1;
	}
	line[length] = '\0';
	fprintf(screen->out, "  %-*s%s\n", LABEL_COLUMNS - 2, rows[row].name, line);
}

static void print_map(const char *name, const struct race_map *map, const struct axis *axis,
		      const struct screen *screen)
{
	int64_t lost = race_width(map, RACE_LOST) + race_width(map, RACE_LOST_IPI);

	char some[48] = "";

	if (map->tried < map->to - map->from + 1)
		snprintf(some, sizeof(some), " (%lld of them tried)", (long long)map->tried);
	fprintf(screen->out, "%s: spurious %lld, lost %s%lld%s of %lld offsets%s, %lld to %lld\n",
		name, (long long)race_width(map, RACE_SPURIOUS),
		lost ? screen_style(screen, STYLE_BAD) : "", (long long)lost,
		lost ? screen_style(screen, STYLE_PLAIN) : "", (long long)(map->to - map->from + 1),
		some, (long long)map->from, (long long)map->to);
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
		print_row(map, axis, row, screen);
}

static struct axis make_axis(const struct race_map *map, const struct race_map *against,
			     const struct screen *screen)
{
	int64_t columns = larger((int64_t)screen->columns - LABEL_COLUMNS - 1, PLOT_COLUMNS_MIN);
	struct axis axis = { .from = map->from, .to = map->to };

	columns = smaller(columns, PLOT_COLUMNS_MAX);
	if (against) {
		axis.from = smaller(axis.from, against->from);
		axis.to = larger(axis.to, against->to);
	}
	axis.step = (axis.to - axis.from) / columns + 1;
	axis.columns = (size_t)((axis.to - axis.from) / axis.step + 1);
	return axis;
}

/* Where the exit is, and where the entry is when nothing is sent. */
static void print_axis(const struct race_map *map, const struct axis *axis,
		       const struct screen *screen)
{
	char line[PLOT_COLUMNS_MAX + 1];
	int64_t exit = -axis->from / axis->step, entry = (map->cycle - axis->from) / axis->step;

	memset(line, ' ', axis->columns);
	line[axis->columns] = '\0';
	if (map->cycle > 0 && entry >= 0 && entry < (int64_t)axis->columns)
		line[entry] = '<';
	if (axis->from <= 0 && exit < (int64_t)axis->columns)
		line[exit] = '>';
	for (size_t end = axis->columns; end && line[end - 1] == ' '; end--)
		line[end - 1] = '\0';
	fprintf(screen->out, "  %-*s%s\n", LABEL_COLUMNS - 2, "offset", line);
}

static void print_pair(const struct race *race, const struct race_map *map,
		       const struct race_map *against, const struct screen *screen)
{
	struct axis axis = make_axis(map, against, screen);

	fprintf(screen->out,
		"\n%s%s%s: %s to a target that does %s; a column is %lld instruction%s\n",
		screen_style(screen, STYLE_BOLD), map->workload, screen_style(screen, STYLE_PLAIN),
		map->sender, map->kind, (long long)axis.step, axis.step == 1 ? "" : "s");
	print_axis(map, &axis, screen);
	if (against)
		print_map(race->against, against, &axis, screen);
	print_map(race->variant, map, &axis, screen);
}

void race_print(const struct race *race, const char *workload, const struct screen *screen)
{
	bool alone = !strcmp(race->variant, race->against);

	fprintf(screen->out,
		"campaign %lld: race maps of %s%s%s on %s\n"
		"Offsets are instructions from the target's exit (>), or from the KVM_RUN of a\n"
		"first entry, to the beginning of sending;\n"
		"< is its entry when nothing is sent. #: at all offsets of a column, +: at some, "
		".: at\n"
		"none; =: every event arrived, X: one was lost.\n",
		(long long)race->campaign, race->variant, alone ? "" : " against ",
		alone ? "" : race->against, race->isa);
	for (size_t i = 0; i < race->maps.count; i++) {
		const struct race_map *map = &race->maps.items[i];

		if (workload && strcmp(workload, map->workload) != 0)
			continue;
		print_pair(race, map, alone ? NULL : race_find(&race->against_maps, map->workload),
			   screen);
	}
}
