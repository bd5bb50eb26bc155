// SPDX-License-Identifier: GPL-2.0-or-later
/* Against a procfs made of text files, as the readers take its path. */
#include "lib/test.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/vcpu-threads.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static char folder[] = "/tmp/runway-vcpu-threads-XXXXXX";

static void put(const char *name, const char *text)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/%s", folder, name);
	CLEANUP(free_ptr) char *parent = xstrdup(path);

	*strrchr(parent, '/') = '\0';
	assert_int_equal(file_make_folder(parent, 0700, NULL), 0);
	assert_int_equal(file_write(path, text, strlen(text), 0600, NULL), 0);
}

/* 100 starts 101 (a sandbox), which starts 102 (an emulator); 200 is another's emulator. */
static int start(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	put("100/stat", "100 (prlimit) S 1 100 100\n");
	put("100/task/100/comm", "prlimit\n");
	put("101/stat", "101 (bwrap) S) S 100 101 101\n");
	put("101/task/101/comm", "bwrap\n");
	put("102/stat", "102 (qemu-system-x86) S 101 102 102\n");
	put("102/task/102/comm", "qemu-system-x86\n");
	put("102/task/105/comm", "CPU 0/TCG\n");
	put("102/task/105/schedstat", "5000 700 12\n");
	put("102/task/106/comm", "CPU 1/TCG\n");
	put("102/task/106/schedstat", "6000 900 13\n");
	put("200/stat", "200 (qemu-system-x86) S 1 200 200\n");
	put("200/task/201/comm", "CPU 0/TCG\n");
	put("200/task/201/schedstat", "1 2 3\n");
	put("version", "not a process\n");
	return 0;
}

static int finish(void **state)
{
	(void)state;
	return file_remove_tree(folder, NULL);
}

static void the_emulator_is_found_below_its_sandbox(void **state)
{
	struct vcpu_threads threads = { 0 };

	(void)state;
	assert_true(vcpu_threads_find(folder, 100, &threads));
	assert_int_equal(threads.emulator, 102);
	assert_int_equal(threads.count, 2);
}

static void the_started_process_may_be_the_emulator(void **state)
{
	struct vcpu_threads threads = { 0 };

	(void)state;
	assert_true(vcpu_threads_find(folder, 200, &threads));
	assert_int_equal(threads.emulator, 200);
	assert_int_equal(threads.ids[0], 201);
}

static void anothers_emulator_is_not_ours(void **state)
{
	struct vcpu_threads threads = { 0 };

	(void)state;
	assert_false(vcpu_threads_find(folder, 4711, &threads));
	assert_int_equal(threads.count, 0);
}

static void delays_are_read_thread_by_thread(void **state)
{
	struct vcpu_threads threads = { .emulator = 102, .ids = { 105, 106 }, .count = 2 };
	uint64_t delays_ns[VCPU_THREADS_MAX];

	(void)state;
	vcpu_threads_delays(folder, &threads, delays_ns);
	assert_int_equal(delays_ns[0], 700);
	assert_int_equal(delays_ns[1], 900);
}

static void a_thread_that_is_gone_has_no_delay(void **state)
{
	struct vcpu_threads threads = { .emulator = 102, .ids = { 999 }, .count = 1 };
	uint64_t delays_ns[VCPU_THREADS_MAX] = { 5 };

	(void)state;
	vcpu_threads_delays(folder, &threads, delays_ns);
	assert_int_equal(delays_ns[0], 0);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static void each_thread_has_a_processor_of_its_own(void **state)
{
	struct vcpu_threads threads = { .ids = { sleeper(), sleeper() }, .count = 2 };
	cpu_set_t allowed, first, second, both;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	assert_int_equal(vcpu_threads_pin(&threads), CPU_COUNT(&allowed) >= 2);
	assert_int_equal(sched_getaffinity(threads.ids[0], sizeof(first), &first), 0);
	assert_int_equal(sched_getaffinity(threads.ids[1], sizeof(second), &second), 0);
	for (int i = 0; i < 2; i++) {
		kill(threads.ids[i], SIGKILL);
		waitpid(threads.ids[i], NULL, 0);
	}
	CPU_AND(&both, &first, &second);
	if (CPU_COUNT(&allowed) >= 2)
		assert_int_equal(CPU_COUNT(&both), 0);
	else
		assert_true(CPU_EQUAL(&both, &allowed));
}

static void more_threads_than_processors_stay_as_they_are(void **state)
{
	struct vcpu_threads threads = { .count = CPU_SETSIZE + 1 };

	(void)state;
	assert_false(vcpu_threads_pin(&threads));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_emulator_is_found_below_its_sandbox),
		cmocka_unit_test(the_started_process_may_be_the_emulator),
		cmocka_unit_test(anothers_emulator_is_not_ours),
		cmocka_unit_test(delays_are_read_thread_by_thread),
		cmocka_unit_test(a_thread_that_is_gone_has_no_delay),
		cmocka_unit_test(each_thread_has_a_processor_of_its_own),
		cmocka_unit_test(more_threads_than_processors_stay_as_they_are),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
