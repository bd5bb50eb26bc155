// SPDX-License-Identifier: GPL-2.0-or-later
/* From the variant that the work tree holds to another one. */
#include <errno.h>
#include <string.h>

#include "agent/git.h"
#include "agent/source-internal.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

struct move {
	struct source *source;
	git_tree *from, *to, *base;
	struct worktree_times times;
};

static void move_release(struct move *move)
{
	git_tree_free(move->from);
	git_tree_free(move->to);
	git_tree_free(move->base);
}

static bool is_as_in_base(const struct move *move, const char *path, const git_oid *id,
			  unsigned mode)
{
	CLEANUP(git_free_entry) git_tree_entry *entry = NULL;

	return git_tree_entry_bypath(&entry, move->base, path) == 0 &&
	       git_oid_equal(git_tree_entry_id(entry), id) &&
	       git_tree_entry_filemode(entry) == mode;
}

/* Removals before writes: a file may become a folder. */
static int remove_old(const struct move *move, git_diff *diff, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status == GIT_DELTA_DELETED)
			rc = worktree_remove(&move->source->worktree, delta->old_file.path, err);
	}
	return rc;
}

static int write_new(const struct move *move, git_diff *diff, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);
		struct worktree_file file = { .path = delta->new_file.path,
					      .id = delta->new_file.id,
					      .mode = delta->new_file.mode };

		if (delta->status != GIT_DELTA_DELETED)
			rc = worktree_write(&move->source->worktree, &file,
					    is_as_in_base(move, file.path, &file.id, file.mode)
						    ? move->times.base_ns
						    : move->times.changed_ns,
					    err);
	}
	return rc;
}

struct restamp {
	const struct move *move;
	struct err *err;
	int rc;
};

static int restamp_entry(const char *root, const git_tree_entry *entry, void *data)
{
	struct restamp *restamp = data;
	const struct move *move = restamp->move;
	CLEANUP(free_ptr) char *path = NULL;

	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB)
		return 0;
	path = xasprintf("%s%s", root, git_tree_entry_name(entry));
	restamp->rc = worktree_set_time(
		&move->source->worktree, path,
		is_as_in_base(move, path, git_tree_entry_id(entry), git_tree_entry_filemode(entry))
			? move->times.base_ns
			: move->times.changed_ns,
		restamp->err);
	return restamp->rc;
}

/* Another base: every file gets its time, or the switch's. */
static int restamp_all(const struct move *move, struct err *err)
{
	struct restamp restamp = { .move = move, .err = err };

	if (git_tree_walk(move->to, GIT_TREEWALK_PRE, restamp_entry, &restamp) < 0)
		return restamp.rc < 0 ? restamp.rc : git_failed(err, "Cannot read the tree");
	return 0;
}

static int compare(const struct move *move, git_diff **ret_diff, struct err *err)
{
	git_diff_options options;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
	if (git_diff_tree_to_tree(ret_diff, move->source->store, move->from, move->to, &options) <
	    0)
		return git_failed(err, "Cannot compare the variant with another tree");
	return 0;
}

static int move_quickly(const struct move *move, bool same_base, struct err *err)
{
	CLEANUP(git_free_diff) git_diff *diff = NULL;
	int rc = compare(move, &diff, err);

	if (rc < 0)
		return rc;
	rc = remove_old(move, diff, err);
	if (!rc)
		rc = write_new(move, diff, err);
	return rc < 0 || same_base ? rc : restamp_all(move, err);
}

static int look_up_tree(struct source *source, const char *hex, git_tree **ret_tree,
			struct err *err)
{
	git_oid id;

	if (git_oid_fromstr(&id, hex) < 0 || git_tree_lookup(ret_tree, source->store, &id) < 0)
		return git_failed(err, "Cannot read tree %.64s", hex);
	return 0;
}

/* Whether the record can be gone by: nothing was cut short, and it is from this boot. */
static bool is_trusted(const struct source_state *state, const char *boot)
{
	return state->known && !state->switching && strcmp(state->boot, boot) == 0;
}

static int move_files(struct move *move, const struct source_state *before, bool trusted,
		      bool same_base, struct err *err)
{
	struct source *source = move->source;
	struct err why = ERR_INIT;

	/* The tree it held may be gone from the store; then there is nothing to compare with. */
	if (trusted && look_up_tree(source, before->tree, &move->from, &why) == 0 &&
	    move_quickly(move, same_base, &why) == 0)
		return 0;
	return worktree_verify(&source->worktree, git_tree_id(move->to), git_tree_id(move->base),
			       &move->times, err);
}

int source_switch(struct source *source, const struct source_variant *variant, struct err *err)
{
	CLEANUP(move_release) struct move move = { .source = source };
	struct source_state before = source->state, *state = &source->state;
	char boot[sizeof(before.boot)];
	bool trusted, same_base;
	int rc = look_up_tree(source, variant->tree, &move.to, err);

	if (!rc)
		rc = look_up_tree(source, variant->base_tree, &move.base, err);
	if (rc < 0)
		return rc;
	source_boot_id(boot);
	trusted = is_trusted(&before, boot);
	same_base = strcmp(before.base_tree, variant->base_tree) == 0;
	if (trusted && same_base && strcmp(before.tree, variant->tree) == 0)
		return 0;

	*state = before;
	state->known = state->switching = true;
	memcpy(state->tree, variant->tree, sizeof(state->tree));
	memcpy(state->base_tree, variant->base_tree, sizeof(state->base_tree));
	memcpy(state->boot, boot, sizeof(state->boot));
	move.times.base_ns = source_state_base_time(state, variant->base_tree);
	move.times.changed_ns = source_state_next_time(state);
	rc = source_state_write(source->state_path, state, err);
	if (!rc)
		rc = move_files(&move, &before, trusted, same_base, err);
	if (rc < 0)
		return rc;
	state->switching = false;
	return source_state_write(source->state_path, state, err);
}

int source_changes(struct source *source, const struct source_variant *variant,
		   source_change *change, void *data, struct err *err)
{
	CLEANUP(move_release) struct move move = { .source = source };
	CLEANUP(git_free_diff) git_diff *diff = NULL;
	int rc = look_up_tree(source, variant->base_tree, &move.from, err);

	if (!rc)
		rc = look_up_tree(source, variant->tree, &move.to, err);
	if (!rc)
		rc = compare(&move, &diff, err);
	for (size_t i = 0; !rc && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		change(data, delta->new_file.path, delta->status == GIT_DELTA_MODIFIED);
	}
	return rc;
}
