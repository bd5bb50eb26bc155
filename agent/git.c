// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/git.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void git_free_blob(git_blob **blob)
{
	git_blob_free(*blob);
}

void git_free_commit(git_commit **commit)
{
	git_commit_free(*commit);
}

void git_free_diff(git_diff **diff)
{
	git_diff_free(*diff);
}

void git_free_entry(git_tree_entry **entry)
{
	git_tree_entry_free(*entry);
}

void git_free_index(git_index **index)
{
	git_index_free(*index);
}

void git_free_object(git_object **object)
{
	git_object_free(*object);
}

void git_free_odb(git_odb **odb)
{
	git_odb_free(*odb);
}

void git_free_repository(git_repository **repository)
{
	git_repository_free(*repository);
}

void git_free_signature(git_signature **signature)
{
	git_signature_free(*signature);
}

void git_free_tree(git_tree **tree)
{
	git_tree_free(*tree);
}

void git_free_builder(git_treebuilder **builder)
{
	git_treebuilder_free(*builder);
}

void git_free_reference(git_reference **reference)
{
	git_reference_free(*reference);
}

void git_free_remote(git_remote **remote)
{
	git_remote_free(*remote);
}

void git_free_walk(git_revwalk **walk)
{
	git_revwalk_free(*walk);
}

void git_set_up(void)
{
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, "");
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
	git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "");
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

int git_failed(struct err *err, const char *format, ...)
{
	const git_error *error = git_error_last();
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(err, -EIO, "%s: %s.", text,
		       error && error->message ? error->message : "unknown error");
}
