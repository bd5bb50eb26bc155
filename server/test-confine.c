// SPDX-License-Identifier: GPL-2.0-or-later
/* Each in a process of its own, for what is given up does not come back. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/file.h"
#include "lib/test.h"
#include "server/confine.h"
#include "server/db.h"

#define USER "nobody"

static char folder[] = "/tmp/runway-confine-XXXXXX";
static char *state_folder, *outside;

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
		return -1;
	state_folder = xasprintf("%s/state", folder);
	outside = xasprintf("%s/outside", folder);
	return file_write(outside, "ours", 4, 0666, NULL);
}

static int teardown(void **state)
{
	(void)state;
	file_remove_tree(folder, NULL);
	free(state_folder);
	free(outside);
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return 0;
}

/* What the child finds wrong is the number of a line of this file; 0: nothing; 255: not here. */
static void in_a_child(int (*test)(void))
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child)
		_exit(test());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 255)
		skip();
	if (WEXITSTATUS(status))
		fail_msg("step %d went wrong", WEXITSTATUS(status));
}

#define STEP(number, holds)                                                                        \
	do {                                                                                       \
		if (!(holds))                                                                      \
			return number;                                                             \
	} while (0)

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool can_open_database(void)
{
	struct db_conn *conn;
	struct db *db = NULL;
	bool good;

	if (db_open(state_folder, 1, &db, NULL) < 0)
		return false;
	conn = db_begin_write(db);
	good = !db_commit(&conn, NULL);
	db_close(db);
	return good;
}

static int confined_to_files(void)
{
	CLEANUP(free_ptr) char *inside = xasprintf("%s/inside", state_folder);
	CLEANUP(free_ptr) char *moved = xasprintf("%s/folder/moved", state_folder);
	CLEANUP(free_ptr) char *sub = xasprintf("%s/folder", state_folder);
	CLEANUP(free_ptr) char *link = xasprintf("%s/link", state_folder);
	CLEANUP(free_ptr) char *made = xasprintf("%s/made", folder);
	struct err err = ERR_INIT;
	int rc;

	STEP(1, file_make_folder(state_folder, 0750, NULL) == 0);
	STEP(2, symlink(outside, link) == 0);
	STEP(3,
	     opens(outside, O_RDONLY) && opens("/etc/passwd", O_RDONLY) && opens(link, O_RDONLY));
	rc = confine_files(state_folder, &err);
	if (rc == -ENOTSUP)
		return 255;
	STEP(4, rc == 0);
	STEP(5, can_open_database());
	STEP(6, opens(inside, O_RDWR | O_CREAT | O_TRUNC));
	STEP(7, mkdir(sub, 0700) == 0 && rename(inside, moved) == 0 && unlink(moved) == 0);
	STEP(8, !opens("/etc/passwd", O_RDONLY) && errno == EACCES);
	STEP(9, !opens(outside, O_RDONLY) && errno == EACCES);
	STEP(10, !opens(outside, O_WRONLY | O_TRUNC));
	STEP(11, !opens(link, O_RDONLY));
	STEP(12, !opens(made, O_WRONLY | O_CREAT));
	STEP(13, unlink(outside) < 0 && errno == EACCES);
	STEP(14, !opens("/etc", O_RDONLY | O_DIRECTORY) && !opens("/", O_RDONLY | O_DIRECTORY));
	STEP(15, execl("/bin/true", "true", NULL) < 0 && errno == EACCES);
	STEP(16, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	return 0;
}

static void a_confined_process_opens_nothing_but_its_state(void **state)
{
	(void)state;
	in_a_child(confined_to_files);
	assert_int_equal(access(outside, F_OK), 0);
}

static bool has_no_capabilities(void)
{
	CLEANUP(buf_release) struct buf status = BUF_INIT(1 << 16);

	return !file_read("/proc/self/status", &status, NULL) &&
	       strstr(status.data, "CapPrm:\t0000000000000000") &&
	       strstr(status.data, "CapEff:\t0000000000000000");
}

static int became_another(void)
{
	const struct passwd *user = getpwnam(USER);
	uid_t uid = user ? user->pw_uid : 0;
	gid_t group = user ? user->pw_gid : 0, groups[64];
	struct stat status;
	int count;

	if (geteuid() || !user)
		return 255;
	STEP(1, chmod(outside, 0600) == 0 && opens(outside, O_RDONLY));
	STEP(2, confine_user(USER, state_folder, NULL) == 0);
	STEP(3, getuid() == uid && geteuid() == uid && getgid() == group && getegid() == group);
	STEP(4, setuid(0) < 0 && seteuid(0) < 0 && setresuid(0, 0, 0) < 0 && setgid(0) < 0);
	STEP(5, setgroups(0, NULL) < 0);
	count = getgroups(64, groups);
	for (int i = 0; i < count; i++)
		STEP(6, groups[i] != 0);
	STEP(7, has_no_capabilities());
	STEP(8, !opens(outside, O_RDONLY) && errno == EACCES);
	STEP(9, stat(state_folder, &status) == 0 && status.st_uid == uid);
	STEP(10, can_open_database());
	return 0;
}

static void root_is_given_up_for_good(void **state)
{
	(void)state;
	in_a_child(became_another);
}

static int foreign_folder(void)
{
	struct err err = ERR_INIT;

	if (geteuid() || !getpwnam(USER))
		return 255;
	STEP(1, file_make_folder(state_folder, 0700, NULL) == 0);
	STEP(2, confine_user(USER, state_folder, &err) == -EACCES);
	STEP(3, strstr(err.text, "chown -R nobody") != NULL);
	return 0;
}

static void a_folder_that_is_not_the_users_is_named(void **state)
{
	(void)state;
	in_a_child(foreign_folder);
}

static void who_is_not_there_or_root_is_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	if (geteuid()) {
		assert_int_equal(confine_user(USER, state_folder, &err), -EPERM);
		return;
	}
	assert_int_equal(confine_user("runway-nobody-there", state_folder, &err), -EINVAL);
	assert_non_null(strstr(err.text, "adduser"));
	assert_int_equal(confine_user("root", state_folder, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_confined_process_opens_nothing_but_its_state,
						setup, teardown),
		cmocka_unit_test_setup_teardown(root_is_given_up_for_good, setup, teardown),
		cmocka_unit_test_setup_teardown(a_folder_that_is_not_the_users_is_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(who_is_not_there_or_root_is_refused, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
