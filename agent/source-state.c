// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/source-state.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define STATE_MAX_BYTES 8192
#define FIRST_LINE "runway-worktree 1\n"

void source_boot_id(char ret_id[64])
{
	if (file_read_line("/proc/sys/kernel/random/boot_id", ret_id, 64, NULL) < 0)
		*ret_id = '\0';
}

static bool is_oid(const char *text)
{
	return strlen(text) == 40 && strspn(text, "0123456789abcdef") == 40;
}

/* false for a line that is none of ours: the whole file is then worth nothing. */
static bool read_line(const char *line, struct source_state *state)
{
	struct source_base_time base;
	char word[16];

	if (sscanf(line, "state %15s", word) == 1) {
		state->switching = strcmp(word, "clean") != 0;
		return true;
	}
	if (sscanf(line, "time %64s %" SCNd64, base.tree, &base.time_ns) == 2) {
		if (!is_oid(base.tree) || base.time_ns <= 0 ||
		    state->bases_count == SOURCE_BASES_MAX)
			return false;
		state->bases[state->bases_count++] = base;
		return true;
	}
	return sscanf(line, "tree %64s", state->tree) == 1 ||
	       sscanf(line, "base %64s", state->base_tree) == 1 ||
	       sscanf(line, "boot %63s", state->boot) == 1 ||
	       sscanf(line, "last %" SCNd64, &state->last_ns) == 1;
}

void source_state_read(const char *path, struct source_state *ret_state)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(STATE_MAX_BYTES);
	struct source_state state = { .switching = true };
	char *line, *rest;

	*ret_state = (struct source_state){ 0 };
	if (file_read(path, &text, NULL) < 0 ||
	    strncmp(text.data, FIRST_LINE, strlen(FIRST_LINE)) != 0)
		return;
	rest = text.data + strlen(FIRST_LINE);
	while ((line = strsep(&rest, "\n"))) {
		if (*line && !read_line(line, &state))
			return;
	}
	if (!is_oid(state.tree) || !is_oid(state.base_tree) || state.last_ns <= 0)
		return;
	state.known = true;
	*ret_state = state;
}

int source_state_write(const char *path, const struct source_state *state, struct err *err)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(STATE_MAX_BYTES);

	buf_printf(&text, FIRST_LINE "state %s\ntree %s\nbase %s\nlast %" PRId64 "\n",
		   state->switching ? "switching" : "clean", state->tree, state->base_tree,
		   state->last_ns);
	if (*state->boot)
		buf_printf(&text, "boot %s\n", state->boot);
	for (unsigned i = 0; i < state->bases_count; i++)
		buf_printf(&text, "time %s %" PRId64 "\n", state->bases[i].tree,
			   state->bases[i].time_ns);
	return file_write(path, text.data, text.length, 0600, err);
}

int64_t source_state_next_time(struct source_state *state)
{
	struct timespec now;
	int64_t time_ns;

	clock_gettime(CLOCK_REALTIME, &now);
	time_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	/* A clock that was set back must not make a changed file look older than what was built. */
	if (time_ns <= state->last_ns)
		time_ns = state->last_ns + 1;
	state->last_ns = time_ns;
	return time_ns;
}

int64_t source_state_base_time(struct source_state *state, const char *base_tree)
{
	struct source_base_time base = { .time_ns = 0 };
	unsigned at = 0;

	while (at < state->bases_count && strcmp(state->bases[at].tree, base_tree) != 0)
		at++;
	if (at < state->bases_count) {
		base = state->bases[at];
	} else {
		snprintf(base.tree, sizeof(base.tree), "%s", base_tree);
		base.time_ns = source_state_next_time(state);
		if (state->bases_count < SOURCE_BASES_MAX)
			state->bases_count++;
		else
			at = 0;
	}
	if (at < state->bases_count - 1)
		memmove(&state->bases[at], &state->bases[at + 1],
			(state->bases_count - 1 - at) * sizeof(base));
	state->bases[state->bases_count - 1] = base;
	return base.time_ns;
}
