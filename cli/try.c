// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/branch.h"
#include "cli/commands.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mbox.h"

#define NAME_MAX_BYTES 64

static const struct option_row options[] = {
	{ "base", 'b', "REV",
	  "what to compare with; else where the branch leaves its upstream, master or main; of an "
	  "mbox: HEAD",
	  NULL, false },
	{ "isa", 'i', "ISA,...", "svm, vmx (svm)", "svm vmx svm,vmx", false },
	{ "lanes", 'l', "LANE,...", "exact, posted, race, smp (exact)", "exact posted race smp exact,smp", false },
	{ "linux", 'r', "PATH",
	  "the kernel's git repository; else, of a branch: the current folder's; of an mbox: one "
	  "made of Debian's kernel source",
	  "", false },
	{ "state", 's', "FOLDER", "where builds are kept between runs (~/.local/state/runway)", "",
	  false },
	{ 0 },
};

struct
try {
	struct context *context;
	const char *base, *isa, *lanes, *repository, *state;
	char *state_path;		  /* absolute */
	struct buf files;		  /* quoted as xargs takes them */
	char commit[BRANCH_COMMIT_BYTES]; /* the branches' base; "": only mboxes so far */
};

static void try_release(struct try *try)
{
	free(try->state_path);
	buf_release(&try->files);
}

static int take(void *data, int option, struct err *err)
{
	struct try *try = data;

	(void)err;
	if (option == 'b')
		try->base = optarg;
	else if (option == 'i')
		try->isa = optarg;
	else if (option == 'l')
		try->lanes = optarg;
	else if (option == 'r')
		try->repository = optarg;
	else
		try->state = optarg;
	return 0;
}

static int make_state(struct try *try, struct err *err)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_STATE_HOME");
	CLEANUP(free_ptr) char *folder = NULL;
	CLEANUP(free_ptr) char *mails = NULL;
	int rc;

	if (try->state)
		folder = xstrdup(try->state);
	else if (xdg && *xdg == '/')
		folder = xasprintf("%s/runway", xdg);
	else if (home && *home == '/')
		folder = xasprintf("%s/.local/state/runway", home);
	else
		return err_set(err, E_USAGE,
			       "There is no HOME: say where to keep builds, --state "
			       "FOLDER.");
	mails = xasprintf("%s/try", folder);
	if ((rc = file_remove_tree(mails, err)) < 0 ||
	    (rc = file_make_folder(mails, 0700, err)) < 0)
		return rc;
	try->state_path = realpath(folder, NULL);
	if (!try->state_path)
		return err_sys(err, -errno, "Cannot use %s", folder);
	if (strpbrk(try->state_path, "'\"\\\n"))
		return err_set(err, E_USAGE,
			       "%s has quotes or backslashes in it. Give a plainer "
			       "--state FOLDER.",
			       try->state_path);
	return 0;
}

/* What series may be called, made from a branch's or a file's name. */
static void name_of(const char *text, char ret_name[NAME_MAX_BYTES + 1])
{
	const char *end = strrchr(text, '/');
	size_t length = 0;

	text = end ? end + 1 : text;
	for (; *text && length < NAME_MAX_BYTES; text++) {
		char c = *text >= 'A' && *text <= 'Z' ? (char)(*text | 0x20) : *text;
		bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (letter || length)
			ret_name[length++] = letter || strchr("._-", c) ? c : '-';
	}
	ret_name[length] = '\0';
	if (length > 5 && !strcmp(ret_name + length - 5, ".mbox"))
		ret_name[length - 5] = '\0';
	if (!*ret_name)
		snprintf(ret_name, NAME_MAX_BYTES + 1, "series");
}

/* Every branch leaves the base at the same commit: what is compared has one base. */
static int read_branch(struct try *try, const char *name, struct buf *mbox, struct err *err)
{
	struct branch branch = { try->repository ? try->repository : ".", name, try->base };
	char commit[BRANCH_COMMIT_BYTES];
	int rc = branch_base(&branch, commit, err);

	if (rc < 0)
		return rc;
	if (*try->commit && strcmp(try->commit, commit))
		return err_set(
			err, E_USAGE,
			"%s leaves its base at %.12s, what came before at %.12s. Rebase one, "
			"so that they can be compared.",
			name, commit, try->commit);
	memcpy(try->commit, commit, sizeof(commit));
	return branch_write(&branch, commit, mbox, err);
}

static int add_patches(struct try *try, const char *from, struct err *err)
{
	CLEANUP(buf_release) struct buf mbox = BUF_INIT(MBOX_MAX_BYTES);
	CLEANUP(free_ptr) char *path = NULL;
	char name[NAME_MAX_BYTES + 1];
	struct stat info;
	int rc;

	name_of(from, name);
	path = xasprintf("%s/try/%s.mbox", try->state_path, name);
	if (!access(path, F_OK))
		return err_set(err, E_USAGE, "Two of them would be called %s. Rename one.", name);
	if (!stat(from, &info) && !S_ISDIR(info.st_mode))
		rc = file_read(from, &mbox, err);
	else
		rc = read_branch(try, from, &mbox, err);
	if (rc < 0 || (rc = file_write(path, mbox.data, mbox.length, 0600, err)) < 0)
		return rc;
	return buf_printf(&try->files, "'%s' ", path) < 0
		       ? err_set(err, E_USAGE, "That is too much to compare at once.")
		       : 0;
}

/* Beside this program in an installed tree, or in the checkout that it was built in. */
static int find_script(char **ret_path, struct err *err)
{
	static const char *const places[] = { "../lib/runway/deploy/run", "../../deploy/run" };
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0)
		return err_sys(err, -errno, "Cannot find this program's own file");
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		CLEANUP(free_ptr) char *path = xasprintf("%s/%s", self, places[i]);

		if (!access(path, X_OK)) {
			*ret_path = TAKE(path);
			return 0;
		}
	}
	return err_set(
		err, -ENOENT,
		"Where is the rest of Runway? runway try needs what `make install` puts into "
		"lib/runway beside bin/, or a checkout.");
}

/* "svm,vmx" as the script takes it. */
static void set_words(const char *name, const char *list)
{
	CLEANUP(free_ptr) char *words = xstrdup(list);

	for (char *c = words; *c; c++)
		*c = *c == ',' ? ' ' : *c;
	setenv(name, words, 1);
}

static int set_environment(struct try *try, struct err *err)
{
	char commit[BRANCH_COMMIT_BYTES];
	const char *repository = try->repository ? try->repository : *try->commit ? "." : NULL;
	CLEANUP(free_ptr) char *path = NULL;
	int rc = 0;

	setenv("STATE", try->state_path, 1);
	setenv("SERIES", try->files.data, 1);
	setenv("ONCE", "1", 1);
	setenv("DIFF", "1", 1);
	setenv("PORT", "0", 1);
	set_words("ISAS", try->isa ? try->isa : "svm");
	set_words("LANES", try->lanes ? try->lanes : "exact");
	unsetenv("JSON");
	unsetenv("LINUX");
	unsetenv("BASE");
	if (try->context->json)
		setenv("JSON", "-", 1);
	if (!repository) {
		if (try->base)
			setenv("BASE", try->base, 1);
		return 0;
	}
	path = realpath(repository, NULL);
	if (!path)
		return err_sys(err, -errno, "Cannot use %s", repository);
	if (*try->commit)
		memcpy(commit, try->commit, sizeof(commit));
	else
		rc = branch_commit(path, try->base ? try->base : "HEAD", commit, err);
	setenv("LINUX", path, 1);
	setenv("BASE", commit, 1);
	return rc;
}

/* Becomes the script: it has the terminal, its signals and its exit status. */
static int run(struct context *context, int argc, char **argv, struct err *err)
{
	CLEANUP(try_release) struct try try = { .context = context, .files = BUF_INIT(1 << 16) };
	CLEANUP(free_ptr) char *script = NULL;
	int rc = options_parse(context, argc, argv, take, &try, err);

	if (rc <= 0)
		return rc;
	if ((rc = find_script(&script, err)) < 0 || (rc = make_state(&try, err)) < 0)
		return rc;
	for (int i = optind; i < argc; i++)
		if ((rc = add_patches(&try, argv[i], err)) < 0)
			return rc;
	rc = set_environment(&try, err);
	if (rc < 0)
		return rc;
	if (chdir(try.state_path) < 0)
		return err_sys(err, -errno, "Cannot use %s", try.state_path);
	execl(script, script, (char *)NULL);
	return err_sys(err, -errno, "Cannot run %s", script);
}

const struct command command_try = {
	.name = "try",
	.arguments = "BRANCH|MBOX...",
	.summary = "Measure branches or mboxes on this machine, without a server",
	.text = "Starts a server and an agent of its own on the loopback, measures on an emulated "
		"host, prints the ranking and by which functions each differs from the base, and "
		"stops "
		"what it started, also on Ctrl-C. The first run compiles a kernel; later ones "
		"reuse it.\n\n"
		"A branch is taken from where it leaves its base; several are compared with each "
		"other. "
		"With --json: the ranking document alone on standard output.",
	.examples = "runway try my-branch\n"
		    "runway try --base v6.1 fix-v1 fix-v2 --lanes exact,smp\n"
		    "runway try fix.mbox --json",
	.words = "",
	.options = options,
	.run = run,
};
