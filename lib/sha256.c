// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"

void sha256_begin(struct sha256 *hash)
{
	sha256_init(&hash->context);
}

void sha256_add(struct sha256 *hash, const void *data, size_t bytes)
{
	sha256_update(&hash->context, bytes, data);
}

void sha256_add_text(struct sha256 *hash, const char *text)
{
	sha256_add(hash, text, strlen(text) + 1);
}

void sha256_end(struct sha256 *hash, char ret_hex[SHA256_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[SHA256_DIGEST_SIZE];

	sha256_digest(&hash->context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		ret_hex[2 * i] = digits[digest[i] >> 4];
		ret_hex[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_hex[2 * sizeof(digest)] = '\0';
}

void sha256_bytes(const void *data, size_t bytes, char ret_hex[SHA256_HEX_BYTES])
{
	struct sha256 hash;

	sha256_begin(&hash);
	sha256_add(&hash, data, bytes);
	sha256_end(&hash, ret_hex);
}

int sha256_file(const char *path, char ret_hex[SHA256_HEX_BYTES], size_t *ret_bytes,
		struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct sha256 hash;
	char chunk[65536];
	size_t total = 0;
	ssize_t got;

	if (fd < 0)
		return err_sys(err, -errno, "Cannot open %s", path);
	sha256_begin(&hash);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
		sha256_add(&hash, chunk, (size_t)got);
		total += (size_t)got;
	}
	if (got < 0)
		return err_sys(err, -errno, "Cannot read %s", path);
	sha256_end(&hash, ret_hex);
	if (ret_bytes)
		*ret_bytes = total;
	return 0;
}

bool sha256_is_hex(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}
