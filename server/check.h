/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What names and texts from outside may look like. Each returns whether text is one. */
#ifndef RUNWAY_SERVER_CHECK_H
#define RUNWAY_SERVER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* Labels of hosts, "key=value" with commas between them: so many, each part so long. */
#define LABELS_MAX 16
#define LABEL_MAX 32
#define LABELS_BYTES (LABELS_MAX * (2 * LABEL_MAX + 2))

/* 1 to max of [a-z0-9._-], starting with a letter or digit. */
bool check_name(const char *text, size_t max);
/* 1 to max printable ASCII characters without spaces, '"' and '\\': names that programs made. */
bool check_word(const char *text, size_t max);
/* A repository's name: like check_name, capitals allowed. */
bool check_repository(const char *text);
/* A revision that git would take and no option of a program: [A-Za-z0-9._/~^-], not starting with
 * '-', no "..". */
bool check_rev(const char *text);
bool check_c_identifier(const char *text, size_t max);
/* What a label, and what it is set to, may be: letters, digits, '.', '_' and '-'. */
bool check_label(const char *text);
/* min to max lower-case hex digits. */
bool check_hex(const char *text, size_t min, size_t max);

/* Control characters (tab and newline too when lines is false) become spaces, in place. */
void check_clean_text(char *text, bool lines);

#endif
