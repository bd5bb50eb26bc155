// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/commands.h"
#include "cli/completion.h"

/* Inside single quotes; what special names is escaped by a backslash for zsh's own functions. */
static void put(FILE *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr(special, *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

/* ":VALUE:(svm vmx)", ":FILE:_files". */
static void put_value(FILE *out, const char *value, const char *words)
{
	fputc(':', out);
	put(out, value, ":\\");
	fputc(':', out);
	if (words && *words)
		fprintf(out, "(%s)", words);
	else
		fputs(words ? "_files" : " ", out);
}

static void put_options(FILE *out, const struct option_row *rows)
{
	for (; rows && rows->name; rows++) {
		const char *forms[] = { "--", rows->is_short ? "-" : NULL };

		for (size_t i = 0; i < 2 && forms[i]; i++) {
			fprintf(out, " \\\n\t\t'%s", forms[i]);
			if (i)
				fputc(rows->letter, out);
			else
				fprintf(out, "%s%s", rows->name, rows->value ? "=" : "");
			fputc('[', out);
			put(out, rows->help, "[]\\");
			fputc(']', out);
			if (rows->value)
				put_value(out, rows->value, rows->words);
			fputc('\'', out);
		}
	}
}

static void put_arguments(FILE *out, const struct command *command)
{
	fputs("\t_arguments -S $common", out);
	put_options(out, command->options);
	if (command->arguments) {
		fputs(" \\\n\t\t'*", out);
		put_value(out, command->arguments, command->words);
		fputc('\'', out);
	}
	fputs(" ;;\n", out);
}

static void put_list(FILE *out, const char *name, const struct command *const *list)
{
	fprintf(out, "\t%s=(", name);
	for (; *list; list++) {
		fprintf(out, "\n\t\t'%s:", (*list)->name);
		put(out, (*list)->summary, ":\\");
		fputc('\'', out);
	}
	fputs(")\n", out);
}

static void put_command(FILE *out, const struct command *command)
{
	fprintf(out, "%s%s%s)\n", command->name, command->alias ? "|" : "",
		command->alias ? command->alias : "");
	if (!command->verbs) {
		put_arguments(out, command);
		return;
	}
	put_list(out, "names", command->verbs);
	fputs("\tif ((CURRENT == 2)); then _describe verb names; return; fi\n"
	      "\tshift words; ((CURRENT--))\n\tcase $words[1] in\n",
	      out);
	for (const struct command *const *verb = command->verbs; *verb; verb++) {
		fprintf(out, "\t%s)\n", (*verb)->name);
		put_arguments(out, *verb);
	}
	fputs("\tesac ;;\n", out);
}

void completion_print_zsh(FILE *out)
{
	fputs("#compdef runway\n# zsh completion of runway(1)\n_runway() {\n"
	      "\tlocal -a common names\n\tlocal curcontext=$curcontext state line\n\tcommon=(",
	      out);
	put_options(out, options_common);
	fputs(")\n", out);
	put_list(out, "names", commands);
	fputs("\t_arguments -S -C $common '1:command:->command' '*::argument:->argument' && "
	      "return\n"
	      "\tif [[ $state == command ]]; then _describe command names; return; fi\n"
	      "\tcase $words[1] in\n",
	      out);
	for (const struct command *const *command = commands; *command; command++)
		put_command(out, *command);
	fputs("\tesac\n}\n_runway \"$@\"\n", out);
}
