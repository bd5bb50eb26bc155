// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "lib/cleanup.h"
#include "lib/test.h"

static int count(const char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return argc;
}

/* One options_next() over argv, with no options but the common ones. */
static int parse(struct context *context, const char **argv, struct err *err)
{
	int option;

	options_begin();
	return options_next(context, count(argv), (char **)argv, NULL, &option, err);
}

static void common_options_stand_anywhere(void **state)
{
	const char *argv[] = { "rank", "1", "--json", "--server", "http://a:1", "-q", NULL };
	struct context context = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse(&context, argv, &err), 0);
	assert_true(context.json && context.quiet);
	assert_string_equal(context.server, "http://a:1");
	assert_string_equal(argv[optind], "1");
}

static void global_options_stop_at_the_command(void **state)
{
	const char *argv[] = { "runway", "--json", "rank", "--metrics", NULL };
	struct context context = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(options_global(&context, count(argv), (char **)argv, &err), 0);
	assert_true(context.json);
	assert_string_equal(argv[optind], "rank");
}

static void an_unknown_option_is_named(void **state)
{
	const char *argv[] = { "rank", "--wrong", NULL };
	struct context context = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse(&context, argv, &err), E_USAGE);
	assert_non_null(strstr(err.text, "--wrong"));
}

static void a_missing_value_is_told(void **state)
{
	const char *argv[] = { "rank", "--server", NULL };
	struct context context = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse(&context, argv, &err), E_USAGE);
	assert_non_null(strstr(err.text, "--server needs a value"));
}

static void numbers_are_whole_and_in_range(void **state)
{
	static const char *const wrong[] = { "",    "x",   "1x",
					     " 1",  "+1",  "0",
					     "101", "1.5", "99999999999999999999" };
	int64_t value = 0;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(option_integer("N", "100", 1, 100, &value, &err), 0);
	assert_int_equal(value, 100);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(option_integer("N", wrong[i], 1, 100, &value, &err), E_USAGE);
	assert_int_equal(value, 100);
}

static void the_token_comes_from_the_first_line_of_its_file(void **state)
{
	char path[] = "/tmp/runway-token-XXXXXX";
	CLEANUP(close_fd) int fd = mkstemp(path);
	struct context context = { .server = "http://127.0.0.1:1", .token_file = path };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(write(fd, "secret\nmore\n", 12), 12);
	assert_int_equal(options_connect(&context, &err), 0);
	unlink(path);
	assert_string_equal(context.client.token, "secret");
	client_release(&context.client);
}

static void a_token_cannot_smuggle_a_header(void **state)
{
	struct client client = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(client_open("http://127.0.0.1:1", "a\r\nX: y", &client, &err), E_USAGE);
}

static void a_server_that_is_no_http_url_is_refused(void **state)
{
	struct client client = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(client_open("file:///etc/passwd", NULL, &client, &err), E_USAGE);
	assert_int_equal(client_open("127.0.0.1:8750", NULL, &client, &err), E_USAGE);
}

/* Runs a command that fails before it would reach a server. */
static int run(const char **argv, struct err *err)
{
	struct context context = { .server = "http://127.0.0.1:1" };
	int rc = command_run(&context, count(argv), (char **)argv, err);

	client_release(&context.client);
	return rc;
}

static void commands_refuse_wrong_arguments(void **state)
{
	static const char *const rows[][8] = {
		{ "burn", NULL },
		{ "campaign", NULL },
		{ "campaign", "burn", NULL },
		{ "campaign", "cancel", NULL },
		{ "campaign", "create", NULL },
		{ "campaign", "create", "--series", "1,,2", NULL },
		{ "campaign", "create", "--series", "1", "--thread", "1", NULL },
		{ "campaign", "create", "--series", "1", "--loads-smp", "0", NULL },
		{ "campaign", "retry", "1", "--seed", "1", "--new-seed", NULL },
		{ "campaign", "watch", "one", NULL },
		{ "completion", "fish", NULL },
		{ "diff", "1", NULL },
		{ "diff", "1", "a", "b", "c", NULL },
		{ "help", "burn", NULL },
		{ "hosts", "--limit", "1001", NULL },
		{ "logs", "1", "2", NULL },
		{ "queue", "1", NULL },
		{ "rank", NULL },
		{ "rank", "-1", NULL },
		{ "series", "cancel", NULL },
		{ "series", "show", "0", NULL },
		{ "submit", NULL },
		{ "submit", "--branch", "early", NULL },
		{ "submit", "--git", "https://host/a", NULL },
		{ "submit", "--git", "https://host/a", "--branch", "b", "x.mbox", NULL },
		{ "submit", "--name", "x", "a", "b", NULL },
		{ "token", "add", "lab", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		const char *argv[8];

		memcpy(argv, rows[i], sizeof(argv));
		assert_int_equal(run(argv, &err), E_USAGE);
		assert_true(*err.text);
	}
}

static void a_file_that_is_not_there_is_a_local_problem(void **state)
{
	const char *argv[] = { "submit", "/nonexistent/x.mbox", NULL };
	struct err err = ERR_INIT;
	int rc = run(argv, &err);

	(void)state;
	assert_int_equal(exit_status_of(rc), EXIT_LOCAL);
	assert_non_null(strstr(err.text, "/nonexistent/x.mbox"));
}

static void a_command_has_an_alias(void **state)
{
	(void)state;
	assert_ptr_equal(command_find(commands, "log"), &command_logs);
	assert_null(command_find(commands, "lo"));
}

static void no_server_is_its_own_exit_status(void **state)
{
	const char *argv[] = { "rank", "1", NULL };
	struct err err = ERR_INIT;
	int rc = run(argv, &err);

	(void)state;
	assert_int_equal(exit_status_of(rc), EXIT_UNREACHABLE);
	assert_non_null(strstr(err.text, "http://127.0.0.1:1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_options_stand_anywhere),
		cmocka_unit_test(global_options_stop_at_the_command),
		cmocka_unit_test(an_unknown_option_is_named),
		cmocka_unit_test(a_missing_value_is_told),
		cmocka_unit_test(numbers_are_whole_and_in_range),
		cmocka_unit_test(the_token_comes_from_the_first_line_of_its_file),
		cmocka_unit_test(a_token_cannot_smuggle_a_header),
		cmocka_unit_test(a_server_that_is_no_http_url_is_refused),
		cmocka_unit_test(commands_refuse_wrong_arguments),
		cmocka_unit_test(a_file_that_is_not_there_is_a_local_problem),
		cmocka_unit_test(a_command_has_an_alias),
		cmocka_unit_test(no_server_is_its_own_exit_status),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
