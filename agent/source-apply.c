// SPDX-License-Identifier: GPL-2.0-or-later
/* A series onto its base: one commit a patch, with no ref. */
#include <errno.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <string.h>

#include "agent/apply.h"
#include "agent/git.h"
#include "agent/source-internal.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/mbox.h"

/* The committer says the same each time, so that the same series makes the same commits. */
#define COMMITTER_NAME "Runway"
#define COMMITTER_EMAIL "runway@localhost"
#define COMMITTER_TIME 1767225600 /* 2026-01-01 00:00 UTC */

/* What libgit2 takes as a name: no angle brackets, not empty. */
static char *plain_name(const char *text, const char *otherwise)
{
	CLEANUP(free_ptr) char *name = xstrdup(text);
	char *to = name;

	for (const char *from = name; *from; from++) {
		if (*from != '<' && *from != '>' && *from != '\n')
			*to++ = *from;
	}
	*to = '\0';
	return name[strspn(name, " .,:;\"'")] ? TAKE(name) : xstrdup(otherwise);
}

static int make_author(const struct mbox_patch *patch, git_signature **ret_author, struct err *err)
{
	CLEANUP(free_ptr) char *name = plain_name(patch->author_name, "unknown");
	CLEANUP(free_ptr) char *email = plain_name(patch->author_email, "unknown");
	GDateTime *date = *patch->date ? g_mime_utils_header_decode_date(patch->date) : NULL;
	git_time_t when = COMMITTER_TIME;
	int offset = 0;

	if (date && g_date_time_to_unix(date) >= 0) {
		when = g_date_time_to_unix(date);
		offset = (int)(g_date_time_get_utc_offset(date) / (60 * G_TIME_SPAN_SECOND));
	}
	if (date)
		g_date_time_unref(date);
	if (git_signature_new(ret_author, name, email, when, offset) < 0)
		return git_failed(err, "has no usable author");
	return 0;
}

static int commit(struct source *source, const struct mbox_patch *patch, const git_oid *tree_id,
		  const git_oid *parent_id, git_oid *ret_commit, struct err *err)
{
	CLEANUP(git_free_signature) git_signature *author = NULL;
	CLEANUP(git_free_signature) git_signature *committer = NULL;
	CLEANUP(git_free_commit) git_commit *parent = NULL;
	CLEANUP(git_free_tree) git_tree *tree = NULL;
	const git_commit *parents[1];
	int rc = make_author(patch, &author, err);

	if (rc < 0)
		return rc;
	if (git_signature_new(&committer, COMMITTER_NAME, COMMITTER_EMAIL, COMMITTER_TIME, 0) < 0 ||
	    git_commit_lookup(&parent, source->store, parent_id) < 0 ||
	    git_tree_lookup(&tree, source->store, tree_id) < 0)
		return git_failed(err, "Cannot read what to commit on");
	parents[0] = parent;
	if (git_commit_create(ret_commit, source->store, NULL, author, committer, "UTF-8",
			      patch->message, tree, 1, parents) < 0)
		return git_failed(err, "Cannot store the commit");
	return 0;
}

/* `1a2b3c4d5e6f ("Linux 6.1.162")`: what to rebase on. */
static char *describe(struct source *source, const git_oid *id)
{
	CLEANUP(git_free_commit) git_commit *base = NULL;
	char hex[13];

	git_oid_tostr(hex, sizeof(hex), id);
	if (git_commit_lookup(&base, source->store, id) < 0 || !git_commit_summary(base))
		return xstrdup(hex);
	return xasprintf("%s (\"%.60s\")", hex, git_commit_summary(base));
}

/* Puts the patch in front of what went wrong with it, and what to do after it. */
static int blame_patch(struct source *source, const struct mbox *mbox, size_t at,
		       const git_oid *base, const struct err *why, struct err *err)
{
	const struct mbox_patch *patch = &mbox->patches[at];
	CLEANUP(free_ptr)
	char *subject = g_utf8_strlen(patch->subject, -1) > 80
				? xasprintf("%.*s…",
					    (int)(g_utf8_offset_to_pointer(patch->subject, 80) -
						  patch->subject),
					    patch->subject)
				: xstrdup(patch->subject);
	CLEANUP(free_ptr) char *where = describe(source, base);

	if (why->code == -EIO)
		return err_set(err, why->code, "%s", why->text);
	if (why->code == -ESTALE)
		return err_set(err, why->code,
			       "Patch %u of %zu (\"%s\") %.500s Rebase the series on %s and send "
			       "it again.",
			       patch->number, mbox->count, subject, why->text, where);
	return err_set(err, why->code, "Patch %u of %zu (\"%s\") %s", patch->number, mbox->count,
		       subject, why->text);
}

int source_apply(struct source *source, const struct source_variant *base, const char *data,
		 size_t bytes, struct source_variant *ret_variant, struct err *err)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	struct apply apply = APPLY_INIT(source->store);
	struct source_variant variant = *base;
	git_oid base_id, head, tree, next;
	int rc = mbox_parse(data, bytes, &mbox, err);

	if (rc < 0)
		return rc;
	if (git_oid_fromstr(&base_id, base->commit) < 0 || git_oid_fromstr(&tree, base->tree) < 0)
		return err_set(err, -EINVAL, "\"%s\" is no commit.", base->commit);
	head = base_id;
	for (size_t i = 0; i < mbox.count; i++) {
		const struct mbox_patch *patch = &mbox.patches[i];
		struct err why = ERR_INIT;

		rc = apply_patch(&apply, &tree, patch->diff, patch->diff_bytes, &next, &why);
		/* A patch that is in the base already makes no commit, as with git am. */
		if (!rc && !git_oid_equal(&next, &tree))
			rc = commit(source, patch, &next, &head, &head, &why);
		if (rc < 0)
			return blame_patch(source, &mbox, i, &base_id, &why, err);
		tree = next;
	}
	git_oid_tostr(variant.commit, sizeof(variant.commit), &head);
	git_oid_tostr(variant.tree, sizeof(variant.tree), &tree);
	*ret_variant = variant;
	return 0;
}
