// SPDX-License-Identifier: GPL-2.0-or-later
/* The contract and the route table say the same. */
#include <jansson.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/test.h"
#include "server/embed.h"
#include "server/route.h"

static int setup(void **state)
{
	json_error_t problem;
	json_t *contract = json_loadb(embed_openapi, (size_t)(embed_openapi_end - embed_openapi),
				      JSON_REJECT_DUPLICATES, &problem);

	if (!contract)
		fail_msg("openapi.json: line %d: %s", problem.line, problem.text);
	*state = contract;
	return 0;
}

static int teardown(void **state)
{
	json_decref(*state);
	return 0;
}

/* With "{}" for every parameter: the two name them in ways of their own. */
static char *without_names(const char *path)
{
	char *copy = xstrdup(path), *to = copy;

	for (const char *c = path; *c; c++) {
		*to++ = *c;
		if (*c == '{')
			c += strcspn(c, "}") - 1;
	}
	*to = '\0';
	return copy;
}

static json_t *find_operation(json_t *contract, const struct route *route)
{
	CLEANUP(free_ptr) char *wanted = without_names(route->pattern);
	char method[8] = "";
	const char *path;
	json_t *item;

	for (size_t i = 0; route->method[i] && i + 1 < sizeof(method); i++)
		method[i] = (char)(route->method[i] | ' ');
	json_object_foreach (json_object_get(contract, "paths"), path, item) {
		CLEANUP(free_ptr) char *have = without_names(path);

		if (!strcmp(have, wanted))
			return json_object_get(item, method);
	}
	return NULL;
}

static void every_route_is_in_the_contract(void **state)
{
	for (size_t i = 0; route_at(i); i++)
		if (!find_operation(*state, route_at(i)))
			fail_msg("%s %s is in the route table alone", route_at(i)->method,
				 route_at(i)->pattern);
}

static void the_contract_has_no_operation_but_the_routes(void **state)
{
	size_t routes = 0, operations = 0;
	const char *path;
	json_t *item;

	while (route_at(routes))
		routes++;
	json_object_foreach (json_object_get(*state, "paths"), path, item)
		operations += json_object_size(item);
	assert_int_equal(operations, routes);
}

static void scopes_are_those_of_the_routes(void **state)
{
	for (size_t i = 0; route_at(i); i++) {
		const struct route *route = route_at(i);
		json_t *security = json_object_get(find_operation(*state, route), "security");
		json_t *scopes = json_object_get(json_array_get(security, 0), "bearer");
		const char *scope = json_string_value(json_array_get(scopes, 0));

		assert_true(json_is_array(security));
		if (strcmp(scope ? scope : "none", token_scope_name(route->scope)) != 0)
			fail_msg("%s %s needs %s", route->method, route->pattern,
				 token_scope_name(route->scope));
	}
}

static void bodies_are_those_of_the_routes(void **state)
{
	for (size_t i = 0; route_at(i); i++) {
		const struct route *route = route_at(i);
		json_t *operation = find_operation(*state, route), *media;
		json_t *content =
			json_object_get(json_object_get(operation, "requestBody"), "content");
		const char *type;

		if ((uint64_t)json_integer_value(json_object_get(operation, "x-body-max-bytes")) !=
		    route->body_max_bytes)
			fail_msg("%s %s takes %llu bytes", route->method, route->pattern,
				 (unsigned long long)route->body_max_bytes);
		json_object_foreach (content, type, media)
			if (route->types && !strstr(route->types, type))
				fail_msg("%s %s takes no %s", route->method, route->pattern, type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_in_the_contract),
		cmocka_unit_test(the_contract_has_no_operation_but_the_routes),
		cmocka_unit_test(scopes_are_those_of_the_routes),
		cmocka_unit_test(bodies_are_those_of_the_routes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
