// SPDX-License-Identifier: GPL-2.0-or-later

#include "lib/sha256.h"
#include "lib/test.h"

static void agrees_with_the_published_vector(void **state)
{
	char hex[SHA256_HEX_BYTES];

	(void)state;
	sha256_bytes("abc", 3, hex); /* FIPS 180-4, example 1 */
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void where_texts_end_matters(void **state)
{
	char one[SHA256_HEX_BYTES], two[SHA256_HEX_BYTES];
	struct sha256 hash;

	(void)state;
	sha256_begin(&hash);
	sha256_add_text(&hash, "ab");
	sha256_add_text(&hash, "c");
	sha256_end(&hash, one);
	sha256_begin(&hash);
	sha256_add_text(&hash, "a");
	sha256_add_text(&hash, "bc");
	sha256_end(&hash, two);
	assert_string_not_equal(one, two);
}

static void only_64_lower_case_digits_are_a_hash(void **state)
{
	(void)state;
	assert_true(
		sha256_is_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	assert_false(
		sha256_is_hex("BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	assert_false(sha256_is_hex("../../../../etc/passwd"));
	assert_false(sha256_is_hex(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_published_vector),
		cmocka_unit_test(where_texts_end_matters),
		cmocka_unit_test(only_64_lower_case_digits_are_a_hash),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
