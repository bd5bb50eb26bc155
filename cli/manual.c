// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/manual.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/usage.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

/* Text for roff: what it would act on is escaped. */
static void put(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
	}
}

/* An entry: its bold title, then what it means. */
static void put_row(FILE *out, const char *title, const char *meaning)
{
	fputs(".TP\n\\fB", out);
	put(out, title);
	fputs("\\fR\n", out);
	put(out, meaning);
	fputs(".\n", out);
}

static void put_options(FILE *out, const struct option_row *rows)
{
	for (; rows && rows->name; rows++) {
		CLEANUP(free_ptr) char *title = option_title(rows);

		put_row(out, title, rows->help);
	}
}

static void put_rows(FILE *out, const char *title, const struct usage_row *rows)
{
	fprintf(out, ".SH %s\n", title);
	for (; rows->name; rows++)
		put_row(out, rows->name, rows->meaning);
}

static void put_paragraphs(FILE *out, const char *text)
{
	while (text && *text) {
		const char *end = strstr(text, "\n\n");
		CLEANUP(free_ptr)
		char *paragraph = xstrndup(text, end ? (size_t)(end - text) : strlen(text));

		fputs(".PP\n", out);
		put(out, paragraph);
		fputc('\n', out);
		text = end ? end + 2 : NULL;
	}
}

static void put_examples(FILE *out, const char *examples)
{
	fputs(".PP\n.nf\n.RS\n", out);
	while (*examples) {
		size_t length = strcspn(examples, "\n");
		CLEANUP(free_ptr) char *line = xstrndup(examples, length);

		put(out, line);
		fputc('\n', out);
		examples += length + (examples[length] == '\n');
	}
	fputs(".RE\n.fi\n", out);
}

static void put_command(FILE *out, const struct command *command)
{
	CLEANUP(free_ptr) char *usage = command_usage(command);

	fputs(".SS ", out);
	put(out, usage);
	fputc('\n', out);
	put(out, command->summary);
	fputs(".\n", out);
	if (command->alias)
		fprintf(out, "The same as\n.BR \"runway %s\" .\n", command->alias);
	put_paragraphs(out, command->text);
	put_options(out, command->options);
	if (command->examples)
		put_examples(out, command->examples);
	for (const struct command *const *verb = command->verbs; verb && *verb; verb++)
		put_command(out, *verb);
}

static const char head[] = ".TH RUNWAY 1 \"\" Runway \"User Commands\"\n"
			   ".SH NAME\n"
			   "runway \\- measure what a KVM patch does to VM\\-exits and IPIs\n"
			   ".SH SYNOPSIS\n"
			   ".B runway\n"
			   "[\\fIOPTION\\fR...] \\fICOMMAND\\fR [\\fIARGUMENT\\fR...]\n"
			   ".SH DESCRIPTION\n"
			   "Submits patches to a Runway server, asks it to compare them, follows "
			   "that, and prints the\n"
			   "ranking and why. With\n"
			   ".B runway try\n"
			   "no server is needed.\n"
			   ".PP\n"
			   "Options may stand anywhere. Colours are used on a terminal only; "
			   "elsewhere progress is one\n"
			   "plain line a change.\n";

static const char tail[] =
	".SH FILES\n"
	".TP\n"
	"\\fI~/.local/state/runway/\\fR\n"
	"What\n"
	".B runway try\n"
	"keeps: a base kernel's repository, builds, the database of its server.\n"
	".SH SEE ALSO\n"
	".BR runwayd (8),\n"
	".BR runway\\-agent (8)\n";

void manual_print(FILE *out)
{
	fputs(head, out);
	fputs(".SH COMMANDS\n", out);
	for (const struct command *const *command = commands; *command; command++)
		put_command(out, *command);
	fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
	put_options(out, options_common);
	put_rows(out, "EXIT STATUS", usage_statuses);
	put_rows(out, "ENVIRONMENT", usage_variables);
	fputs(tail, out);
}
