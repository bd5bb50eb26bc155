// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/test.h"
#include "server/connections.h"

struct pair {
	struct connections *connections;
	struct connection *connection;
	int ours, theirs;
	char told[1024];
};

static int setup(void **state)
{
	static struct pair pair;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	pair = (struct pair){ .connections = connections_new(), .ours = fds[0], .theirs = fds[1] };
	pair.connection = connections_add(pair.connections, pair.ours, false, 0);
	*state = &pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	connections_remove(pair->connections, pair->connection);
	connections_free(pair->connections);
	close(pair->ours);
	close(pair->theirs);
	return 0;
}

/* Their end sees the end of input once ours was shut down, after what it was told. */
static bool ended(struct pair *pair)
{
	ssize_t got;

	while ((got = read(pair->theirs, pair->told, sizeof(pair->told) - 1)) > 0)
		pair->told[got] = '\0';
	return got == 0;
}

static void a_head_that_never_ends_is_cut_off(void **state)
{
	struct pair *pair = *state;

	connections_end_late(pair->connections, HEAD_LIMIT_MS - 1);
	assert_false(ended(pair));
	connections_end_late(pair->connections, HEAD_LIMIT_MS);
	assert_true(ended(pair));
	assert_non_null(strstr(pair->told, "HTTP/1.1 408 "));
	assert_non_null(strstr(pair->told, "application/problem+json"));
	assert_non_null(strstr(pair->told, "Send it again, all at once."));
}

static void with_tls_nothing_is_said_in_the_clear(void **state)
{
	struct pair *pair = *state;

	connections_remove(pair->connections, pair->connection);
	pair->connection = connections_add(pair->connections, pair->ours, true, 0);
	connections_end_late(pair->connections, HEAD_LIMIT_MS);
	assert_true(ended(pair));
	assert_string_equal(pair->told, "");
}

static void one_that_is_kept_open_ends_without_a_word(void **state)
{
	struct pair *pair = *state;

	connection_working(pair->connection);
	connection_answer(pair->connection, 500, 100);
	connection_idle(pair->connection, 1000);
	connections_end_late(pair->connections, 1000 + HEAD_LIMIT_MS);
	assert_true(ended(pair));
	assert_string_equal(pair->told, "");
}

static void a_second_body_that_trickles_is_told_so(void **state)
{
	struct pair *pair = *state;

	connection_working(pair->connection);
	connection_idle(pair->connection, 1000);
	connection_body(pair->connection, 2000, 0);
	connections_end_late(pair->connections, 2000 + BODY_LIMIT_MS);
	assert_true(ended(pair));
	assert_non_null(strstr(pair->told, "HTTP/1.1 408 "));
}

static void a_body_that_trickles_is_cut_off(void **state)
{
	struct pair *pair = *state;

	connection_body(pair->connection, 1000, 100);
	connections_end_late(pair->connections, 1000 + BODY_LIMIT_MS);
	assert_false(ended(pair));
	connections_end_late(pair->connections, 1000 + BODY_LIMIT_MS + 7);
	assert_true(ended(pair));
}

static void a_large_body_that_flows_is_not(void **state)
{
	struct pair *pair = *state;

	connection_body(pair->connection, 0, 100 * BODY_BYTES_A_SECOND);
	connections_end_late(pair->connections, BODY_LIMIT_MS + 99000);
	assert_false(ended(pair));
}

static void there_is_no_limit_while_the_server_works(void **state)
{
	struct pair *pair = *state;

	connection_working(pair->connection);
	connections_end_late(pair->connections, INT64_MAX - 1);
	assert_false(ended(pair));
}

static void an_answer_that_is_not_taken_is_cut_off(void **state)
{
	struct pair *pair = *state;

	connection_working(pair->connection);
	connection_answer(pair->connection, 1000, BODY_BYTES_A_SECOND);
	connections_end_late(pair->connections, 1000 + BODY_LIMIT_MS + 999);
	assert_false(ended(pair));
	connections_end_late(pair->connections, 1000 + BODY_LIMIT_MS + 1000);
	assert_true(ended(pair));
	/* Half an answer is not followed by another. */
	assert_string_equal(pair->told, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_head_that_never_ends_is_cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(with_tls_nothing_is_said_in_the_clear, setup,
						teardown),
		cmocka_unit_test_setup_teardown(one_that_is_kept_open_ends_without_a_word, setup, teardown),
		cmocka_unit_test_setup_teardown(a_second_body_that_trickles_is_told_so, setup, teardown),
		cmocka_unit_test_setup_teardown(a_body_that_trickles_is_cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(a_large_body_that_flows_is_not, setup, teardown),
		cmocka_unit_test_setup_teardown(there_is_no_limit_while_the_server_works, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_answer_that_is_not_taken_is_cut_off, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
