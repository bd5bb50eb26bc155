// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runway-bench: runs guests on the host under test and prints JSON lines (docs/formats.md).
 * Exit status: 0 when the lines are complete, whatever they say (see "end"); 1 when they could not
 * be written; 2 for wrong arguments.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <unistd.h>

#include "workloads/bench.h"

#define USAGE                                                                                      \
	"usage: runway-bench list\n"                                                               \
	"       runway-bench run [--lane LANE] [--timing N] [--counting N] [--only A,B]\n"    \
	"                        [--scale PERCENT] [--limit-s N] [--kick DEVICE|none]\n"           \
	"                        [--proc PATH] [--sys PATH] [--tracefs PATH]\n"

/* To add an option: its letter, its row in options[], its case in parse(). */
enum option_name {
	OPTION_COUNTING,
	OPTION_KICK,
	OPTION_LANE,
	OPTION_LIMIT,
	OPTION_ONLY,
	OPTION_PROC,
	OPTION_SCALE,
	OPTION_SYS,
	OPTION_TIMING,
	OPTION_TRACEFS,
};

static const struct option options[] = {
	{ "counting", required_argument, NULL, OPTION_COUNTING },
	{ "kick", required_argument, NULL, OPTION_KICK },
	{ "lane", required_argument, NULL, OPTION_LANE },
	{ "limit-s", required_argument, NULL, OPTION_LIMIT },
	{ "only", required_argument, NULL, OPTION_ONLY },
	{ "proc", required_argument, NULL, OPTION_PROC },
	{ "scale", required_argument, NULL, OPTION_SCALE },
	{ "sys", required_argument, NULL, OPTION_SYS },
	{ "timing", required_argument, NULL, OPTION_TIMING },
	{ "tracefs", required_argument, NULL, OPTION_TRACEFS },
	{ 0 },
};

static int list_workloads(void)
{
	for (size_t i = 0; i < workloads_count; i++)
		printf("%-22s %s\n", workloads[i].name, workloads[i].summary);
	return 0;
}

static bool parse_number(const char *text, unsigned min, unsigned max, unsigned *ret)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value < min || value > max) {
		fprintf(stderr, "\"%s\" is not a number from %u to %u.\n", text, min, max);
		return false;
	}
	*ret = (unsigned)value;
	return true;
}

static bool parse_lane(const char *text, enum lane *ret)
{
	for (enum lane lane = 0; lane < LANES_COUNT; lane++) {
		if (strcmp(text, lane_name(lane)))
			continue;
		*ret = lane;
		return true;
	}
	fprintf(stderr, "There is no lane \"%s\".\n", text);
	return false;
}

/* A name that is not in the table would silently measure nothing. */
static bool check_names(const char *list)
{
	while (*list) {
		char name[64];
		size_t length = strcspn(list, ",");

		snprintf(name, sizeof(name), "%.*s", (int)(length < 63 ? length : 63), list);
		if (!workload_find(name)) {
			fprintf(stderr, "There is no workload \"%s\"; see runway-bench list.\n",
				name);
			return false;
		}
		list += length + (list[length] == ',');
	}
	return true;
}

static bool parse(struct bench *bench, int option)
{
	switch (option) {
	case OPTION_COUNTING:
		return parse_number(optarg, 0, 1000, &bench->counting);
	case OPTION_KICK:
		bench->kick = strcmp(optarg, "none") ? optarg : NULL;
		return true;
	case OPTION_LANE:
		return parse_lane(optarg, &bench->lane);
	case OPTION_LIMIT:
		return parse_number(optarg, 1, 3600, &bench->limit_s);
	case OPTION_ONLY:
		bench->only = optarg;
		return check_names(optarg);
	case OPTION_PROC:
		bench->proc = optarg;
		return true;
	case OPTION_SCALE:
		return parse_number(optarg, 1, 100000, &bench->scale_percent);
	case OPTION_SYS:
		bench->sys = optarg;
		return true;
	case OPTION_TIMING:
		return parse_number(optarg, 0, 1000, &bench->timing);
	case OPTION_TRACEFS:
		bench->tracefs = optarg;
		return true;
	default:
		return false;
	}
}

static int run(int argc, char **argv)
{
	struct bench bench = {
		.lane = LANE_SMP,
		.timing = UINT_MAX,
		.counting = UINT_MAX,
		.scale_percent = 100,
		.limit_s = 0,
		.kick = "/dev/runway-kick",
		.proc = "/proc",
		.sys = "/sys",
		.tracefs = "/sys/kernel/tracing",
		.out_fd = STDOUT_FILENO,
	};
	struct err err;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!parse(&bench, option)) {
			fputs(USAGE, stderr);
			return 2;
		}
	if (optind != argc) {
		fputs(USAGE, stderr);
		return 2;
	}
	/* What repeats itself exactly needs no repetition. */
	if (bench.timing == UINT_MAX)
		bench.timing = bench.lane == LANE_SMP ? 3 : 1;
	if (bench.counting == UINT_MAX)
		bench.counting = bench.lane == LANE_SMP;
	/* A sweep takes what it takes; the limit is for a host on which it would not end. */
	if (!bench.limit_s)
		bench.limit_s = bench.lane == LANE_RACE || bench.lane == LANE_POSTED ? 60 : 3;
	if (bench_run(&bench, &err) < 0) {
		fprintf(stderr, "runway-bench: %s\n", err.text);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list_workloads();
	if (argc >= 2 && !strcmp(argv[1], "run"))
		return run(argc - 1, argv + 1);
	fputs(USAGE, stderr);
	return 2;
}
