// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cli/commands.h"
#include "cli/completion.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

/* Which command and verb were typed, past options and their values. %s: options with a value. */
static const char head[] =
	"# bash completion of runway(1)\n"
	"_runway() {\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal command= verb= options= words= values= i\n"
	"\tlocal common='%s'\n"
	"\tlocal valued=' %s'\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t-*) [[ $valued != *\" ${COMP_WORDS[i]} \"* ]] || ((i++)) ;;\n"
	"\t\t*) if [[ -z $command ]]; then command=${COMP_WORDS[i]}\n"
	"\t\t   elif [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; fi ;;\n"
	"\t\tesac\n"
	"\tdone\n";

static const char tail[] = "\tif [[ $valued == *\" $before \"* ]]; then\n"
			   "\t\twords=$values\n"
			   "\telif [[ $current == -* ]]; then\n"
			   "\t\twords=\"$options $common\"\n"
			   "\tfi\n"
			   "\tif [[ $words == FILES ]]; then\n"
			   "\t\tcompopt -o filenames 2>/dev/null\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
			   "\telse\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
			   "\tfi\n"
			   "}\n"
			   "complete -F _runway runway\n";

/* Titles with a blank after each; only those with a value, in both forms, when valued. */
static void add_titles(struct buf *buf, const struct option_row *rows, bool valued)
{
	for (; rows && rows->name; rows++) {
		if (valued && !rows->value)
			continue;
		buf_printf(buf, "--%s ", rows->name);
		if (valued && rows->is_short)
			buf_printf(buf, "-%c ", rows->letter);
	}
}

static void add_valued(struct buf *buf, const struct command *const *list)
{
	for (; list && *list; list++) {
		add_titles(buf, (*list)->options, true);
		add_valued(buf, (*list)->verbs);
	}
}

static const char *words_of(const char *words)
{
	return words && !*words ? "FILES" : words ? words : "";
}

static void print_values(FILE *out, const char *indent, const struct option_row *rows)
{
	fprintf(out, "%scase $before in\n", indent);
	for (; rows && rows->name; rows++) {
		if (!rows->value)
			continue;
		fprintf(out, "%s--%s", indent, rows->name);
		if (rows->is_short)
			fprintf(out, " | -%c", rows->letter);
		fprintf(out, ") values='%s' ;;\n", words_of(rows->words));
	}
	fprintf(out, "%sesac\n", indent);
}

static void print_case(FILE *out, const char *indent, const struct command *command)
{
	CLEANUP(buf_release) struct buf titles = BUF_INIT(65536);

	add_titles(&titles, command->options, false);
	fprintf(out, "%soptions='%s' words='%s'\n", indent, titles.data, words_of(command->words));
	if (command->options)
		print_values(out, indent, command->options);
}

static void print_names(FILE *out, const struct command *const *list)
{
	for (; *list; list++)
		fprintf(out, "%s%s", (*list)->name, list[1] ? " " : "");
}

static void print_command(FILE *out, const struct command *command)
{
	fprintf(out, "\t%s%s%s)\n", command->name, command->alias ? " | " : "",
		command->alias ? command->alias : "");
	if (!command->verbs) {
		print_case(out, "\t\t", command);
		fputs("\t\t;;\n", out);
		return;
	}
	fputs("\t\tcase $verb in\n\t\t'') words='", out);
	print_names(out, command->verbs);
	fputs("' ;;\n", out);
	for (const struct command *const *verb = command->verbs; *verb; verb++) {
		fprintf(out, "\t\t%s)\n", (*verb)->name);
		print_case(out, "\t\t\t", *verb);
		fputs("\t\t\t;;\n", out);
	}
	fputs("\t\tesac\n\t\t;;\n", out);
}

void completion_print_bash(FILE *out)
{
	CLEANUP(buf_release) struct buf common = BUF_INIT(65536);
	CLEANUP(buf_release) struct buf valued = BUF_INIT(65536);

	add_titles(&common, options_common, false);
	add_titles(&valued, options_common, true);
	add_valued(&valued, commands);
	fprintf(out, head, common.data, valued.data);
	print_values(out, "\t", options_common);
	fputs("\tcase $command in\n\t'') words='", out);
	print_names(out, commands);
	fputs("' ;;\n", out);
	for (const struct command *const *command = commands; *command; command++)
		print_command(out, *command);
	fputs("\tesac\n\tif [[ $command == help && -z $verb ]]; then words='", out);
	print_names(out, commands);
	fputs("'; fi\n", out);
	fputs(tail, out);
}
