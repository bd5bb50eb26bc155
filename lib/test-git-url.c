// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "lib/git-url.h"
#include "lib/test.h"

static void plain_urls_are_taken(void **state)
{
	static const char *const good[] = {
		"https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git",
		"http://127.0.0.1:8080/~me/linux",
		"git://host/a",
		"ssh://git@host:2222/a/b.git",
		"ssh://host/a",
		"file:///srv/git/linux.git",
		"https://[::1]:8080/a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (git_url_check(good[i], NULL) < 0)
			fail_msg("%s is refused", good[i]);
}

static void what_is_no_plain_url_is_refused_and_not_repeated(void **state)
{
	static const char *const bad[] = {
		"https://me:geheim@host/a",
		"https://geheim@host/a",
		"ssh://me:geheim@host/a",
		"git@geheim:a/b",
		"ext::sh -c geheim",
		"https:///geheim",
		"https://host",
		"https://host/",
		"https://host/../geheim",
		"https://host/a/geheim/..",
		"https://host//geheim",
		"https://host/a?token=geheim",
		"https://host/%67eheim",
		"file://host/geheim",
		"ssh://-oProxyCommand=geheim/a",
		"https://host/a\ngeheim",
		"https://host/-geheim",
		"ftp://host/geheim",
		"/srv/geheim",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		if (!git_url_check(bad[i], &err))
			fail_msg("%s is taken", bad[i]);
		assert_null(strstr(err.text, "geheim"));
		assert_non_null(strchr(err.text, '.'));
	}
}

static bool allowed(const char *prefix, const char *url)
{
	return git_url_allowed(url, &prefix, 1);
}

static void a_prefix_ends_where_a_name_does(void **state)
{
	(void)state;
	assert_true(allowed("https://host", "https://host/a"));
	assert_true(allowed("https://host/", "https://host/a"));
	assert_true(allowed("https://host/group", "https://host/group/a"));
	assert_true(allowed("https://host/group/a", "https://host/group/a"));
	assert_true(allowed("file:///", "file:///srv/a"));
	assert_false(allowed("https://host", "https://host.evil.example/a"));
	assert_false(allowed("https://host", "https://host:8080/a"));
	assert_false(allowed("https://host/group", "https://host/groups/a"));
	assert_false(allowed("https://host", "http://host/a"));
	assert_false(allowed("https://host", "ssh://host/a"));
	assert_false(git_url_allowed("https://host/a", NULL, 0));
}

static void a_user_name_does_not_matter_to_who_is_allowed(void **state)
{
	(void)state;
	assert_true(allowed("ssh://host/group", "ssh://git@host/group/a"));
	assert_false(allowed("ssh://host/group", "ssh://host@other/group/a"));
}

static void names_of_refs_are_no_options_or_patterns(void **state)
{
	(void)state;
	assert_true(git_ref_is_plain("main"));
	assert_true(git_ref_is_plain("users/me/early-v2"));
	assert_true(git_ref_is_plain("refs/pull/3/head"));
	assert_false(git_ref_is_plain("--upload-pack=x"));
	assert_false(git_ref_is_plain("a..b"));
	assert_false(git_ref_is_plain("a:b"));
	assert_false(git_ref_is_plain("a*"));
	assert_false(git_ref_is_plain("/a"));
	assert_false(git_ref_is_plain("a/"));
	assert_false(git_ref_is_plain(""));
}

static void an_operator_names_hosts_and_folders(void **state)
{
	(void)state;
	assert_true(git_prefix_is_good("https://host"));
	assert_true(git_prefix_is_good("file:///"));
	assert_false(git_prefix_is_good("host"));
	assert_false(git_prefix_is_good("https://"));
	assert_false(git_prefix_is_good("https:///"));
	assert_false(git_prefix_is_good("file://srv"));
	assert_false(git_prefix_is_good("https://me@host"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_ends_where_a_name_does),
		cmocka_unit_test(a_user_name_does_not_matter_to_who_is_allowed),
		cmocka_unit_test(an_operator_names_hosts_and_folders),
		cmocka_unit_test(names_of_refs_are_no_options_or_patterns),
		cmocka_unit_test(plain_urls_are_taken),
		cmocka_unit_test(what_is_no_plain_url_is_refused_and_not_repeated),
	};

	return cmocka_run_group_tests_name("git-url", tests, NULL, NULL);
}
