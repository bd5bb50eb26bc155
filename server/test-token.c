// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/test-fixture.h"
#include "server/token.h"

static int add(struct fixture *f, const char *name, const char *scopes, char *ret_token)
{
	struct db_conn *conn = db_begin_write(f->db);
	struct err err = ERR_INIT;
	int rc = token_add(conn, name, scopes, f->now_ms, ret_token, &err);

	if (rc < 0) {
		assert_true(err.text[0]);
		db_rollback(&conn);
		return rc;
	}
	commit(&conn);
	return 0;
}

static int check(struct fixture *f, const char *token, struct token *ret_token)
{
	struct db_conn *conn = db_begin_read(f->db);
	int rc = token_check(conn, token, ret_token);

	db_rollback(&conn);
	return rc;
}

static void a_token_is_known_by_its_bytes_alone(void **state)
{
	char one[TOKEN_BYTES], two[TOKEN_BYTES];
	struct token token;

	assert_int_equal(add(*state, "one", "read", one), 0);
	assert_int_equal(add(*state, "two", "agent", two), 0);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 64);
	assert_int_equal(check(*state, two, &token), 0);
	assert_string_equal(token.name, "two");
	two[63] ^= 1;
	assert_int_equal(check(*state, two, &token), -EACCES);
	assert_int_equal(check(*state, "", &token), -EACCES);
}

static void the_database_has_the_hash_and_not_the_token(void **state)
{
	struct fixture *f = *state;
	char token[TOKEN_BYTES], hash[SHA256_HEX_BYTES];
	struct db_conn *conn;

	assert_int_equal(add(f, "one", "read", token), 0);
	sha256_bytes(token, strlen(token), hash);
	conn = db_begin_read(f->db);
	{
		CLEANUP(rows_end) struct rows rows = db_query(conn, SQL_TOKEN_LIST);

		assert_true(rows_next(&rows));
		assert_string_equal(rows_text(&rows, 2), hash);
	}
	db_rollback(&conn);
}

static void scopes_imply_what_they_must_and_no_more(void **state)
{
	char text[TOKEN_BYTES];
	struct token token;

	assert_int_equal(add(*state, "agent", "agent", text), 0);
	assert_int_equal(check(*state, text, &token), 0);
	assert_true(token_allows(&token, SCOPE_AGENT));
	assert_true(token_allows(&token, SCOPE_READ));
	assert_false(token_allows(&token, SCOPE_SUBMIT));
	assert_false(token_allows(&token, SCOPE_ADMIN));
	assert_int_equal(add(*state, "admin", "admin", text), 0);
	assert_int_equal(check(*state, text, &token), 0);
	assert_true(token_allows(&token, SCOPE_SUBMIT));
}

static void unknown_scopes_names_and_duplicates_are_refused(void **state)
{
	char text[TOKEN_BYTES];

	assert_int_equal(add(*state, "a", "read,root", text), -EINVAL);
	assert_int_equal(add(*state, "a", "read,", text), -EINVAL);
	assert_int_equal(add(*state, "a", "", text), -EINVAL);
	assert_int_equal(add(*state, "A b", "read", text), -EINVAL);
	assert_int_equal(add(*state, "a", "read", text), 0);
	assert_int_equal(add(*state, "a", "read", text), -EEXIST);
}

static int64_t only_id(struct fixture *f)
{
	struct db_conn *conn = db_begin_read(f->db);
	int64_t id = db_value(conn, 0, SQL_TOKEN_LIST);

	db_rollback(&conn);
	return id;
}

static void a_rotated_token_is_another_with_the_same_scopes(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_BYTES], other[TOKEN_BYTES] = "";
	struct db_conn *conn;
	struct token token;

	assert_int_equal(add(f, "a", "submit", text), 0);
	conn = db_begin_write(f->db);
	assert_int_equal(token_rotate(conn, 1, other, NULL), 0);
	assert_int_equal(token_rotate(conn, 2, other, NULL), -ENOENT);
	commit(&conn);
	assert_int_equal(check(f, text, &token), -EACCES);
	assert_int_equal(check(f, other, &token), 0);
	assert_string_equal(token.name, "a");
	assert_true(token_allows(&token, SCOPE_SUBMIT));
}

static void a_revoked_token_is_void_for_good(void **state)
{
	struct fixture *f = *state;
	char text[TOKEN_BYTES];
	struct db_conn *conn;
	struct token token;

	assert_int_equal(add(f, "a", "submit", text), 0);
	conn = db_begin_write(f->db);
	assert_int_equal(token_revoke(conn, only_id(f), f->now_ms, NULL), 0);
	assert_int_equal(token_revoke(conn, 1, f->now_ms, NULL), -ENOENT);
	assert_int_equal(token_rotate(conn, 1, text, NULL), -ENOENT);
	commit(&conn);
	assert_int_equal(check(f, text, &token), -EACCES);
	assert_int_equal(add(f, "a", "submit", text), -EEXIST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_token_is_known_by_its_bytes_alone, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(the_database_has_the_hash_and_not_the_token,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(scopes_imply_what_they_must_and_no_more,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_rotated_token_is_another_with_the_same_scopes,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_revoked_token_is_void_for_good, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(unknown_scopes_names_and_duplicates_are_refused,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
