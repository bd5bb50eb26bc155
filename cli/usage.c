// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/usage.h"

#include <string.h>

#include "cli/text.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define COLUMNS 80
#define MEANING_COLUMN 24
#define SUMMARY_COLUMN 14

/* To add one: a row, sorted. The numbers are those of cli/context.h. */
const struct usage_row usage_statuses[] = {
	{ "0", "it worked, whatever the variants did" },
	{ "1", "a local problem: a file, the output, an answer that is not understood" },
	{ "2", "wrong arguments" },
	{ "3", "the server refused; its reason is on standard error" },
	{ "4", "the server cannot be reached" },
	{ "5", "the campaign as a whole failed" },
	{ NULL, NULL },
};

const struct usage_row usage_variables[] = {
	{ "COLUMNS", "how wide to print when the output is no terminal (100)" },
	{ "NO_COLOR", "when set and not empty: no colours" },
	{ "RUNWAY_SERVER", "the server's URL, when --server is not given" },
	{ "RUNWAY_TOKEN", "the token itself" },
	{ "RUNWAY_TOKEN_FILE", "a file with the token on its first line, when neither --token-file "
			       "nor RUNWAY_TOKEN is given" },
	{ "XDG_STATE_HOME", "runway try keeps its state in runway/ below it (~/.local/state)" },
	{ NULL, NULL },
};

/* Folds text at blanks from a column on; the first line begins where the output stands, at. */
static void fold(FILE *out, const char *text, size_t at, size_t column)
{
	while (*text) {
		size_t fit, cut;

		fprintf(out, "%*s", (int)(column > at ? column - at : 0), "");
		fit = cut = text_fit(text, COLUMNS - column);
		if (text[fit])
			while (cut && text[cut] != ' ')
				cut--;
		cut = cut ? cut : fit;
		fprintf(out, "%.*s\n", (int)cut, text);
		text += cut;
		text += strspn(text, " ");
		at = 0;
	}
}

static void print_row(FILE *out, const char *name, const char *meaning, size_t column)
{
	size_t width = text_width(name) + 2;

	fprintf(out, "  %s", name);
	if (width + 1 > column) {
		fputc('\n', out);
		width = 0;
	}
	fold(out, meaning, width, column);
}

static void print_options(FILE *out, const struct option_row *rows)
{
	for (; rows->name; rows++) {
		CLEANUP(free_ptr) char *name = option_title(rows);

		print_row(out, name, rows->help, MEANING_COLUMN);
	}
}

static void print_paragraphs(FILE *out, const char *text)
{
	while (text && *text) {
		const char *end = strstr(text, "\n\n");
		size_t length = end ? (size_t)(end - text) : strlen(text);
		CLEANUP(free_ptr) char *paragraph = xstrndup(text, length);

		fputc('\n', out);
		fold(out, paragraph, 0, 0);
		text = end ? end + 2 : NULL;
	}
}

static void print_commands(FILE *out, const struct command *const *list)
{
	for (; *list; list++)
		print_row(out, (*list)->name, (*list)->summary, SUMMARY_COLUMN);
}

static void print_common(FILE *out)
{
	fputs("\nOptions of every command:\n", out);
	print_options(out, options_common);
	fputs("\nExit status:\n", out);
	for (const struct usage_row *row = usage_statuses; row->name; row++)
		print_row(out, row->name, row->meaning, MEANING_COLUMN);
}

void usage_print_all(FILE *out)
{
	fputs("Usage: runway [OPTION...] COMMAND [ARGUMENT...]\n\nCommands:\n", out);
	print_commands(out, commands);
	fputs("\n`runway COMMAND --help` tells more about one; runway(1) has it all.\n", out);
	print_common(out);
	fputs("\nEnvironment:\n", out);
	for (const struct usage_row *row = usage_variables; row->name; row++)
		print_row(out, row->name, row->meaning, MEANING_COLUMN);
}

static void print_examples(FILE *out, const char *examples)
{
	fputs("\nExamples:\n", out);
	while (*examples) {
		size_t length = strcspn(examples, "\n");

		fprintf(out, "  %.*s\n", (int)length, examples);
		examples += length + (examples[length] == '\n');
	}
}

void usage_print(const struct command *command, FILE *out)
{
	CLEANUP(free_ptr) char *usage = command_usage(command);

	fprintf(out, "Usage: %s\n\n%s.\n", usage, command->summary);
	print_paragraphs(out, command->text);
	if (command->verbs) {
		fputs("\nVerbs:\n", out);
		print_commands(out, command->verbs);
		fprintf(out, "\n`runway %s VERB --help` tells more about one.\n", command->name);
	}
	if (command->options) {
		fputs("\nOptions:\n", out);
		print_options(out, command->options);
	}
	if (command->examples)
		print_examples(out, command->examples);
	print_common(out);
}
