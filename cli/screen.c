// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/screen.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/text.h"

#define FOLD_COLUMNS_MIN 24

void screen_measure(struct screen *screen)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	screen->columns = SCREEN_COLUMNS_DEFAULT;
	screen->rows = 0;
	if (screen->terminal && ioctl(fileno(screen->out), TIOCGWINSZ, &size) == 0 && size.ws_col) {
		screen->columns = size.ws_col;
		screen->rows = size.ws_row;
	} else if (columns) {
		unsigned long value = strtoul(columns, NULL, 10);

		if (value >= 1 && value <= 10000)
			screen->columns = (unsigned)value;
	}
}

void screen_open(FILE *out, struct screen *ret_screen)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct screen screen = { .out = out, .terminal = isatty(fileno(out)) };

	screen.color = screen.terminal && !(no_color && *no_color) && term && strcmp(term, "dumb");
	screen_measure(&screen);
	*ret_screen = screen;
}

const char *screen_style(const struct screen *screen, enum screen_style style)
{
	static const char *const sequences[] = {
		[STYLE_PLAIN] = "\033[0m", [STYLE_BOLD] = "\033[1m",  [STYLE_GOOD] = "\033[32m",
		[STYLE_BAD] = "\033[31m",  [STYLE_FAINT] = "\033[2m",
	};

	return screen->color ? sequences[style] : "";
}

void screen_fold(const struct screen *screen, const char *text)
{
	size_t room = screen->columns > FOLD_COLUMNS_MIN ? screen->columns : FOLD_COLUMNS_MIN;
	const char *indent = "";

	while (*text) {
		size_t fit = text_fit(text, room - strlen(indent)), cut = fit;

		if (text[fit])
			while (cut && text[cut] != ' ')
				cut--;
		cut = cut ? cut : fit;
		fprintf(screen->out, "%s%.*s\n", indent, (int)cut, text);
		text += cut;
		text += strspn(text, " ");
		indent = "    ";
	}
}
