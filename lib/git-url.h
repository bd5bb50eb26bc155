/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URLs of git repositories that somebody else names, and who may be asked for them.
 *
 *	rc = git_url_check(url, err);				// -EINVAL: what is wrong with it
 *	if (!git_url_allowed(url, config->git_prefixes, config->git_prefixes_count)) ...
 *
 * https, http, ssh, git and file. No percent-escapes, no "..", no query, nothing secret: a URL with
 * a password or token in it is refused, and one with a user name is unless it is ssh's.
 */
#ifndef RUNWAY_LIB_GIT_URL_H
#define RUNWAY_LIB_GIT_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define GIT_URL_MAX_BYTES 1024
#define GIT_REF_MAX_BYTES 200

/* err never repeats the URL: what is refused may hold a secret. */
int git_url_check(const char *url, struct err *err);

/* Whether one of the prefixes is the URL, or the URL up to a '/'. A user name is not looked at. */
bool git_url_allowed(const char *url, const char *const *prefixes, size_t count);

/* "https://host/", "ssh://host/group", "file:///srv": what git_url_allowed() can use. */
bool git_prefix_is_good(const char *prefix);

/* A branch, a tag or a commit as somebody names it: what git takes, and no option or pattern. */
bool git_ref_is_plain(const char *ref);

#endif
