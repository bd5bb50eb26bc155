// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/queue.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/test.h"

/* What a server tells that fetches a branch and measures a campaign meanwhile. */
static const char sample[] =
	"{\"queue\":[{\"task\":7,\"kind\":\"fetch\",\"variant\":\"early\",\"capability\":\"build\","
	"\"isa\":null,\"lane\":null,\"state\":\"leased\",\"phase\":\"fetch\",\"campaign\":null,"
	"\"labels\":{},\"loads\":0,\"position\":0,\"starts_s\":null,\"lasts_s\":5,"
	"\"created\":\"2026-01-01T00:00:00Z\",\"started\":null},"
	"{\"task\":9,\"kind\":\"block\",\"variant\":null,\"capability\":\"bench-svm\","
	"\"isa\":\"svm\",\"lane\":\"exact\",\"state\":\"pending\",\"phase\":null,\"campaign\":3,"
	"\"labels\":{},\"loads\":1,\"position\":1,\"starts_s\":null,\"lasts_s\":60,"
	"\"created\":\"2026-01-01T00:00:00Z\",\"started\":null}],\"more\":false}";

static char *print(const char *document)
{
	CLEANUP(queue_release) struct queue queue = { 0 };
	struct screen screen = { .columns = 100 };
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t bytes = 0;

	if (queue_decode(document, strlen(document), &queue, &err) < 0)
		fail_msg("%s", err.text);
	screen.out = open_memstream(&text, &bytes);
	queue_print(&queue, &screen);
	fclose(screen.out);
	return text;
}

static void what_is_fetched_is_of_no_campaign(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample);

	(void)state;
	assert_non_null(strstr(text, "running, fetch     7         -  fetch of early"));
}

static void what_waits_has_its_campaign_and_its_place(void **state)
{
	CLEANUP(free_ptr) char *text = print(sample);

	(void)state;
	assert_non_null(strstr(text, "1                  9         3  1 load, svm exact"));
	assert_non_null(strstr(text, "no agent"));
}

static void an_empty_queue_says_so(void **state)
{
	CLEANUP(free_ptr) char *text = print("{\"queue\":[],\"more\":false}");

	(void)state;
	assert_string_equal(text, "Nothing waits and nothing runs.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_fetched_is_of_no_campaign),
		cmocka_unit_test(what_waits_has_its_campaign_and_its_place),
		cmocka_unit_test(an_empty_queue_says_so),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
