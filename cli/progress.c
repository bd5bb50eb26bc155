// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include <string.h>

#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

void progress_release(struct progress *progress)
{
	for (size_t i = 0; i < progress->last_count; i++)
		free(progress->last[i]);
	free(progress->last);
	progress->last = NULL;
	progress->last_count = 0;
}

char *progress_summary(const struct campaign *campaign)
{
	CLEANUP(free_ptr) char *elapsed = text_duration(campaign->elapsed_s);
	CLEANUP(free_ptr) char *estimate = NULL;

	if (campaign_ended(campaign))
		return xasprintf("campaign %lld: %s after %s%s%s", (long long)campaign->id,
				 campaign->state, elapsed, campaign->reason ? ": " : "",
				 campaign->reason ? campaign->reason : "");
	if (campaign->estimate_s < campaign->elapsed_s)
		return xasprintf("campaign %lld: %s, %s so far", (long long)campaign->id,
				 campaign->state, elapsed);
	estimate = text_duration(campaign->estimate_s);
	return xasprintf("campaign %lld: %s, %s of about %s", (long long)campaign->id,
			 campaign->state, elapsed, estimate);
}

/* "measuring, 1 of 4 loads", without times: what has to change for a new line to be worth it. */
static char *describe(const struct campaign_variant *variant)
{
	CLEANUP(free_ptr) char *phase = campaign_variant_phase(variant);

	return xasprintf("%s%s%s%s%s", variant->state, *phase ? ", " : "", phase,
			 variant->reason ? ": " : "", variant->reason ? variant->reason : "");
}

/* Whether text is news about that number; remembers it. */
static bool is_news(struct progress *progress, size_t number, const char *text)
{
	while (progress->last_count <= number) {
		progress->last = xreallocarray(progress->last, progress->last_count + 1,
					       sizeof(*progress->last));
		progress->last[progress->last_count++] = NULL;
	}
	if (progress->last[number] && !strcmp(progress->last[number], text))
		return false;
	free(progress->last[number]);
	progress->last[number] = xstrdup(text);
	return true;
}

/* Not at once: an agent that was just started has not asked for work yet. */
#define WAITING_PATIENCE_S 10

static const char *waiting_news(const struct campaign *campaign)
{
	bool patient = campaign->elapsed_s < WAITING_PATIENCE_S;

	return campaign->waiting && !patient ? campaign->waiting : "";
}

static void print_changes(struct progress *progress, const struct campaign *campaign)
{
	CLEANUP(free_ptr) char *elapsed = text_duration(campaign->elapsed_s);
	FILE *out = progress->screen->out;

	if (is_news(progress, 0, campaign->state) && !campaign_ended(campaign)) {
		CLEANUP(free_ptr) char *summary = progress_summary(campaign);

		fprintf(out, "%s\n", summary);
	}
	for (size_t i = 0; i < campaign->variant_count; i++) {
		const struct campaign_variant *variant = &campaign->variants[i];
		CLEANUP(free_ptr) char *text = describe(variant);

		if (is_news(progress, i + 1, text))
			fprintf(out, "%10s  %s: %s\n", elapsed, variant->series, text);
	}
	if (is_news(progress, campaign->variant_count + 1,
		    *waiting_news(campaign) ? "waits" : "") &&
	    *waiting_news(campaign))
		fprintf(out, "%10s  %s\n", elapsed, campaign->waiting);
	if (campaign_ended(campaign)) {
		CLEANUP(free_ptr) char *summary = progress_summary(campaign);

		fprintf(out, "%s\n", summary);
	}
}

/* One line cut to the terminal's width: a wrapped line would spoil the way back up. */
static void draw_line(struct progress *progress, enum screen_style style, const char *text)
{
	const struct screen *screen = progress->screen;
	size_t fit = text_fit(text, screen->columns);

	fprintf(screen->out, "%s%.*s%s\033[K\n", screen_style(screen, style), (int)fit, text,
		screen_style(screen, STYLE_PLAIN));
	progress->drawn_lines++;
}

#define BAR_COLUMNS_MAX 50

/* How much of the expected time is over: "[#####.....] 50 %". What takes longer stays at 99 %. */
static void draw_bar(struct progress *progress, const struct campaign *campaign)
{
	char bar[BAR_COLUMNS_MAX + 1];
	unsigned columns = progress->screen->columns, width, full, percent;
	CLEANUP(free_ptr) char *line = NULL;

	if (campaign_ended(campaign) || !(campaign->estimate_s > 0))
		return;
	width = columns < BAR_COLUMNS_MAX + 10 ? (columns > 20 ? columns - 10 : 10)
					       : BAR_COLUMNS_MAX;
	percent = campaign->elapsed_s < campaign->estimate_s
			  ? (unsigned)(100 * campaign->elapsed_s / campaign->estimate_s)
			  : 99;
	percent = percent > 99 ? 99 : percent;
	full = width * percent / 100;
	memset(bar, '#', full);
	memset(bar + full, '.', width - full);
	bar[width] = '\0';
	line = xasprintf("[%s] %u %%", bar, percent);
	draw_line(progress, STYLE_PLAIN, line);
}

static enum screen_style style_of(const struct campaign_variant *variant)
{
	if (!strcmp(variant->state, "failed"))
		return STYLE_BAD;
	if (!strcmp(variant->state, "done"))
		return STYLE_GOOD;
	return strcmp(variant->state, "waiting") ? STYLE_PLAIN : STYLE_FAINT;
}

static void draw(struct progress *progress, const struct campaign *campaign)
{
	CLEANUP(free_ptr) char *summary = progress_summary(campaign);
	struct screen *screen = progress->screen;
	size_t count = campaign->variant_count, room, name_width = 0;

	screen_measure(screen);
	if (progress->drawn_lines)
		fprintf(screen->out, "\033[%uA\r", progress->drawn_lines);
	progress->drawn_lines = 0;
	draw_line(progress, STYLE_BOLD, summary);
	draw_bar(progress, campaign);
	if (*waiting_news(campaign))
		draw_line(progress, STYLE_BAD, waiting_news(campaign));
	/* Lines that scrolled off cannot be drawn over: the last ones wait until the end. */
	room = screen->rows > 5 ? screen->rows - 5 : 1;
	if (screen->rows && count > room && !campaign_ended(campaign))
		count = room;
	for (size_t i = 0; i < count; i++) {
		size_t width = text_width(campaign->variants[i].series);

		name_width = width > name_width ? width : name_width;
	}
	for (size_t i = 0; i < count; i++) {
		const struct campaign_variant *variant = &campaign->variants[i];
		CLEANUP(free_ptr) char *elapsed = text_duration(variant->elapsed_s);
		CLEANUP(free_ptr) char *text = describe(variant);
		CLEANUP(free_ptr)
		char *line = xasprintf("  %s%*s  %10s  %s", variant->series,
				       (int)(name_width - text_width(variant->series)), "", elapsed,
				       text);

		draw_line(progress, style_of(variant), line);
	}
	fputs("\033[J", screen->out);
}

void progress_update(struct progress *progress, const struct campaign *campaign)
{
	const char *term = getenv("TERM");

	if (progress->screen->terminal && term && strcmp(term, "dumb"))
		draw(progress, campaign);
	else
		print_changes(progress, campaign);
	fflush(progress->screen->out);
}
