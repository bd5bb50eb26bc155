// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Newer than the headers of Debian 12. */
#define ACCESS_TRUNCATE (1ull << 14)
#define ACCESS_IOCTL_DEV (1ull << 15)

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                                      \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                          \
	 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                             \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER | ACCESS_TRUNCATE)
/* Only these can be given for what is no folder. */
#define OF_A_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)

/* What is read beside the state folder. To add one: a row and its reason. */
static const char *const readable[] = {
	"/dev/urandom", /* SQLite names its temporary files from it */
	"/proc/self",	/* this process alone; sanitizers look at themselves */
	"/usr/lib",	/* libc loads character sets when a mail names one */
};

static int find_user(const char *name, uid_t *ret_user, gid_t *ret_group, struct err *err)
{
	struct passwd *found = getpwnam(name); /* before the first thread */

	if (!found)
		return err_set(
			err, -EINVAL,
			"There is no user \"%s\". \"adduser --system --group %s\" makes one.", name,
			name);
	if (!found->pw_uid)
		return err_set(err, -EINVAL, "--user %s is root: give one that is not.", name);
	*ret_user = found->pw_uid;
	*ret_group = found->pw_gid;
	return 0;
}

/* Whether it could still, or again, be somebody else. */
static bool is_only(uid_t user, gid_t group)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	return !getresuid(&ruid, &euid, &suid) && !getresgid(&rgid, &egid, &sgid) && ruid == user &&
	       euid == user && suid == user && rgid == group && egid == group && sgid == group &&
	       setuid(0) < 0 && seteuid(0) < 0;
}

static int check_state(const char *state, const char *user, struct err *err)
{
	CLEANUP(free_ptr) char *database = xasprintf("%s/runway.db", state);

	if (!access(state, R_OK | W_OK | X_OK) &&
	    (!access(database, R_OK | W_OK) || errno == ENOENT))
		return 0;
	return err_set(err, -EACCES,
		       "%s is not %s's to write. \"chown -R %s %s\" gives it to that user.", state,
		       user, user, state);
}

int confine_user(const char *user, const char *state, struct err *err)
{
	uid_t uid = 0;
	gid_t gid = 0;
	bool there;
	int rc;

	if (geteuid())
		return err_set(err, -EPERM, "Only root can become another user: leave --user out.");
	rc = find_user(user, &uid, &gid, err);
	if (rc < 0)
		return rc;
	there = !access(state, F_OK);
	rc = file_make_folder(state, 0750, err);
	if (rc < 0)
		return rc;
	if (!there && chown(state, uid, gid) < 0)
		return err_sys(err, -errno, "Cannot give %s to %s", state, user);
	if (initgroups(user, gid) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, -errno, "Cannot become %s", user);
	if (!is_only(uid, gid))
		return err_set(err, -EPERM, "This system did not let go of root's rights.");
	return check_state(state, user, err);
}

static int allow(int ruleset, const char *path, uint64_t access, struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return err_sys(err, -errno, "Cannot open %s", path);
	if (!S_ISDIR(status.st_mode))
		rule.allowed_access &= OF_A_FILE;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return err_sys(err, -errno, "Landlock does not take %s", path);
	return 0;
}

/* Every right that this kernel's Landlock knows: what is not allowed below is refused. */
static uint64_t known_rights(long version)
{
	uint64_t rights = (LANDLOCK_ACCESS_FS_REFER << 1) - 1;

	if (version >= 3)
		rights |= ACCESS_TRUNCATE;
	if (version >= 5)
		rights |= ACCESS_IOCTL_DEV;
	return rights;
}

int confine_files(const char *state, struct err *err)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr handled = { .handled_access_fs = known_rights(version) };
	CLEANUP(close_fd) int ruleset = -1;
	int rc;

	/* The first version could not move a file from folder to folder, as uploads are. */
	if (version < 2)
		return err_set(
			err, -ENOTSUP,
			"This kernel has no Landlock (5.19, CONFIG_SECURITY_LANDLOCK and lsm=): "
			"the server may open whatever its user may.");
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	if (ruleset < 0)
		return err_sys(err, -errno, "Cannot make a Landlock ruleset");
	rc = allow(ruleset, state, (READ | WRITE) & handled.handled_access_fs, err);
	for (size_t i = 0; !rc && i < sizeof(readable) / sizeof(readable[0]); i++)
		if (!access(readable[i], R_OK))
			rc = allow(ruleset, readable[i], READ, err);
	if (!rc && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    syscall(SYS_landlock_restrict_self, ruleset, 0) < 0))
		rc = err_sys(err, -errno, "Cannot confine the server to %s", state);
	return rc;
}
