// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/git-url.h"

#include <errno.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const char *const schemes[] = { "file://", "git://", "http://", "https://", "ssh://" };

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* What follows the scheme; NULL when it is none of ours. */
static const char *after_scheme(const char *url)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (begins(url, schemes[i]))
			return url + strlen(schemes[i]);
	return NULL;
}

static int check_authority(const char *url, const char *authority, size_t length, struct err *err)
{
	const char *at = memrchr(authority, '@', length);
	const char *host = at ? at + 1 : authority;

	if (at && !begins(url, "ssh://"))
		return err_set(err, -EINVAL,
			       "The URL has a user in it (\"…@\"). Leave it out: what needs a "
			       "secret is fetched over ssh with the agent's deploy key.");
	if (at && (memchr(authority, ':', (size_t)(at - authority)) || at == authority))
		return err_set(err, -EINVAL,
			       "The URL has a password in it. Leave it out: over ssh the agent's "
			       "deploy key is used.");
	if (begins(url, "file://") && length)
		return err_set(err, -EINVAL, "A file's URL is file:///path: three slashes.");
	if (!begins(url, "file://") && (host == authority + length || *host == '-'))
		return err_set(err, -EINVAL, "The URL names no host.");
	return 0;
}

int git_url_check(const char *url, struct err *err)
{
	const char *authority = after_scheme(url), *path;

	if (strlen(url) > GIT_URL_MAX_BYTES)
		return err_set(err, -EINVAL, "The URL has more than %d bytes.", GIT_URL_MAX_BYTES);
	if (!authority)
		return err_set(err, -EINVAL,
			       "A git URL starts with https://, ssh://, git://, http:// or "
			       "file:///. Write host:path as ssh://host/path.");
	path = authority + strcspn(authority, "/");
	if (check_authority(url, authority, (size_t)(path - authority), err) < 0)
		return -EINVAL;
	if (strspn(url, LETTERS DIGITS ":/@._~+-[]") != strlen(url))
		return err_set(err, -EINVAL,
			       "The URL has a character that is refused: letters, digits and "
			       "\"/._~+-\" are taken, and no escapes or queries.");
	if (!path[0] || !path[1] || strstr(path, "//") || strstr(path, "/./") ||
	    strstr(path, "/../") || strstr(path, "/-") ||
	    (strlen(path) >= 3 && !strcmp(path + strlen(path) - 3, "/..")))
		return err_set(err, -EINVAL,
			       "The URL needs a plain path to a repository: no \"..\", no \"//\".");
	return 0;
}

/* Where the host begins; the user name before it does not matter to who may be asked. */
static const char *after_user(const char *url)
{
	const char *authority = after_scheme(url);
	const char *at = authority ? memchr(authority, '@', strcspn(authority, "/")) : NULL;

	return at ? at + 1 : authority;
}

bool git_url_allowed(const char *url, const char *const *prefixes, size_t count)
{
	const char *host = after_user(url), *from = after_scheme(url);

	for (size_t i = 0; from && i < count; i++) {
		const char *allowed_from = after_scheme(prefixes[i]);
		const char *allowed = after_user(prefixes[i]);
		size_t length = allowed ? strlen(allowed) : 0;

		if (!length || (size_t)(from - url) != (size_t)(allowed_from - prefixes[i]) ||
		    strncmp(url, prefixes[i], (size_t)(from - url)) != 0 ||
		    strncmp(host, allowed, length) != 0)
			continue;
		if (allowed[length - 1] == '/' || !host[length] || host[length] == '/')
			return true;
	}
	return false;
}

bool git_prefix_is_good(const char *prefix)
{
	const char *authority = after_scheme(prefix);

	if (!authority || strpbrk(authority, "@?#% ") || strstr(authority, "..") ||
	    strlen(prefix) > GIT_URL_MAX_BYTES)
		return false;
	return begins(prefix, "file://") ? *authority == '/' : *authority && *authority != '/';
}

bool git_ref_is_plain(const char *ref)
{
	size_t length = strlen(ref);

	return length && length <= GIT_REF_MAX_BYTES && *ref != '-' && *ref != '/' &&
	       strspn(ref, LETTERS DIGITS "._/+-") == length && !strstr(ref, "..") &&
	       !strstr(ref, "//") && ref[length - 1] != '/' && ref[length - 1] != '.';
}
