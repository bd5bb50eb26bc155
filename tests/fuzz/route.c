// SPDX-License-Identifier: GPL-2.0-or-later
/* A path, and texts from a query, as they come out of libmicrohttpd: "path?text". */
#include <errno.h>

#include "server/check.h"
#include "server/route.h"
#include "tests/fuzz/fuzz.h"

static void check_texts(const char *text)
{
	char copy[4096];
	unsigned scopes = 0;
	struct err err = ERR_INIT;

	snprintf(copy, sizeof(copy), "%s", text);
	check_clean_text(copy, false);
	for (const char *c = copy; *c; c++)
		fuzz_require((unsigned char)*c >= ' ' && *c != 0x7f);
	fuzz_require(!check_name(text, 64) || (strlen(text) <= 64 && !strpbrk(text, "/ \\\"'%")));
	fuzz_require(!check_rev(text) || (*text != '-' && !strstr(text, "..")));
	fuzz_require(!check_hex(text, 64, 64) || sha256_is_hex(text));
	check_word(text, 64);
	check_c_identifier(text, 64);
	if (token_parse_scopes(text, &scopes, &err) == 0)
		fuzz_require(scopes && scopes <= 15);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH" };
	struct request request = { .route = NULL };
	char *text = bytes ? strndup((const char *)data + 1, bytes - 1) : NULL, allowed[64] = "";
	char *query = text ? strchr(text, '?') : NULL;
	int rc;

	if (!text)
		return 0;
	if (query)
		*query++ = '\0';
	rc = route_find(methods[data[0] % 6], text, &request, allowed);
	fuzz_require(rc == 0 || rc == -ENOENT || rc == -EPERM);
	fuzz_require(rc != 0 || request.route);
	fuzz_require(rc != -EPERM || allowed[0]);
	fuzz_require(request.numbers[0] >= 0 && request.numbers[1] >= 0);
	if (!rc && request.route && strstr(request.route->pattern, "{n}"))
		fuzz_require(request.numbers[0] > 0);
	check_texts(query ? query : text);
	free(text);
	return 0;
}
