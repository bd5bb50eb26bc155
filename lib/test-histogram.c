// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/cleanup.h"
#include "lib/histogram.h"
#include "lib/test.h"

static uint64_t next(uint64_t *state)
{
	return *state = *state * 6364136223846793005u + 1442695040888963407u;
}

static void small_values_are_exact(void **state)
{
	(void)state;
	for (uint64_t value = 0; value < 256; value++) {
		struct histogram_bucket bucket = histogram_bucket(histogram_index(value));

		assert_int_equal(bucket.low, value);
		assert_int_equal(bucket.high, value);
		assert_true(bucket.middle == (double)value);
	}
}

static void every_bucket_keeps_the_stated_error(void **state)
{
	uint64_t expected = 0;

	(void)state;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		struct histogram_bucket bucket = histogram_bucket(i);

		/* They follow one another without gap or overlap. */
		assert_true(bucket.low == expected);
		assert_int_equal(histogram_index(bucket.low), i);
		assert_int_equal(histogram_index(bucket.high), i);
		assert_true(bucket.middle - (double)bucket.low <=
			    HISTOGRAM_ERROR_MAX * (double)bucket.low);
		expected = bucket.high + 1;
	}
	assert_int_equal(expected, 0); /* past the largest value of 64 bits */
}

static void any_value_lies_in_its_bucket(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t value = next(&seed) >> (i % 64);
		struct histogram_bucket bucket = histogram_bucket(histogram_index(value));

		assert_true(bucket.low <= value && value <= bucket.high);
	}
}

static void percentiles_are_those_of_the_values_within_the_error(void **state)
{
	CLEANUP(histogram_release) struct histogram histogram = HISTOGRAM_INIT;

	(void)state;
	for (uint64_t value = 1; value <= 100000; value++)
		histogram_record(&histogram, value, 1);
	for (int percent = 1; percent <= 100; percent++) {
		double exact = percent * 1000.0;
		double found = histogram_percentile(&histogram, percent / 100.0).middle;

		assert_true(found >= exact * (1 - 2 * HISTOGRAM_ERROR_MAX) &&
			    found <= exact * (1 + 2 * HISTOGRAM_ERROR_MAX));
	}
	assert_int_equal(histogram_percentile(&histogram, 0).low, 1);
	assert_true(histogram_percentile(&histogram, 1).high >= 100000);
}

static void a_merged_histogram_is_what_one_would_have_been(void **state)
{
	CLEANUP(histogram_release) struct histogram one = HISTOGRAM_INIT, a = HISTOGRAM_INIT;
	CLEANUP(histogram_release) struct histogram b = HISTOGRAM_INIT, empty = HISTOGRAM_INIT;
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t value = next(&seed) >> 40;

		histogram_record(&one, value, 3);
		histogram_record(i % 3 ? &a : &b, value, 3);
	}
	histogram_merge(&a, &b);
	histogram_merge(&a, &empty);
	assert_int_equal(a.total, one.total);
	assert_memory_equal(a.counts, one.counts, HISTOGRAM_BUCKETS * sizeof(*one.counts));
}

static void ranks_count_repeated_values(void **state)
{
	CLEANUP(histogram_release) struct histogram histogram = HISTOGRAM_INIT;

	(void)state;
	histogram_record(&histogram, 5, 10);
	histogram_record(&histogram, 9, 1);
	assert_int_equal(histogram_at_rank(&histogram, 1).low, 5);
	assert_int_equal(histogram_at_rank(&histogram, 10).low, 5);
	assert_int_equal(histogram_at_rank(&histogram, 11).low, 9);
	assert_int_equal(histogram_percentile(&histogram, 0.9).low, 5);
	assert_int_equal(histogram_percentile(&histogram, 0.95).low, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(every_bucket_keeps_the_stated_error),
		cmocka_unit_test(any_value_lies_in_its_bucket),
		cmocka_unit_test(percentiles_are_those_of_the_values_within_the_error),
		cmocka_unit_test(a_merged_histogram_is_what_one_would_have_been),
		cmocka_unit_test(ranks_count_repeated_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
