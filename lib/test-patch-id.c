// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "lib/patch-id.h"
#include "lib/test.h"

#define PATCH(index, at, line, rest)                                                               \
	"diff --git a/f.c b/f.c\nindex " index " 100644\n--- a/f.c\n+++ b/f.c\n@@ -" at            \
	" @@ f()\n"                                                                                \
	" one\n-two\n+" line "\n" rest

static bool same(const char *one, const char *other)
{
	char ids[2][SHA256_HEX_BYTES];

	patch_id(one, strlen(one), ids[0]);
	patch_id(other, strlen(other), ids[1]);
	return !strcmp(ids[0], ids[1]);
}

static void a_rebased_patch_is_the_same(void **state)
{
	(void)state;
	assert_true(same(PATCH("1..2", "1,2 +1,2", "TWO", ""),
			 PATCH("3..4", "77,2 +80,2", "TWO", "\nbase-commit: 0123\n")));
}

static void another_change_is_another_patch(void **state)
{
	(void)state;
	assert_false(
		same(PATCH("1..2", "1,2 +1,2", "TWO", ""), PATCH("1..2", "1,2 +1,2", "too", "")));
	assert_false(
		same(PATCH("1..2", "1,2 +1,2", "TWO", ""), PATCH("1..2", "1,2 +1,2", " TWO", "")));
}

static void a_mode_or_a_name_counts(void **state)
{
	(void)state;
	assert_false(same("diff --git a/f b/f\nold mode 100644\nnew mode 100755\n",
			  "diff --git a/f b/f\nold mode 100755\nnew mode 100644\n"));
	assert_false(same("diff --git a/f b/g\nrename from f\nrename to g\n",
			  "diff --git a/f b/h\nrename from f\nrename to h\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mode_or_a_name_counts),
		cmocka_unit_test(a_rebased_patch_is_the_same),
		cmocka_unit_test(another_change_is_another_patch),
	};

	return cmocka_run_group_tests_name("patch-id", tests, NULL, NULL);
}
