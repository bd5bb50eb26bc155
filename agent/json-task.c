// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "agent/task.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"

#define WORKLOAD_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

static void drop(json_t **json)
{
	json_decref(*json);
}

/* Copies a string member that must fit; an absent or null one gives "". */
static bool text(json_t *object, const char *key, char *ret_text, size_t bytes)
{
	json_t *member = json_object_get(object, key);
	const char *value = json_string_value(member);

	if (!value) {
		ret_text[0] = '\0';
		return !member || json_is_null(member);
	}
	return (size_t)snprintf(ret_text, bytes, "%s", value) < bytes;
}

static bool sha256(json_t *object, const char *key, char ret_hex[SHA256_HEX_BYTES])
{
	return text(object, key, ret_hex, SHA256_HEX_BYTES) &&
	       (!ret_hex[0] || sha256_is_hex(ret_hex));
}

/* Artifact names become file names. */
static bool safe_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') && strlen(name) < 64;
}

static bool artifacts(json_t *object, struct artifacts *ret_artifacts)
{
	const char *name;
	json_t *value;

	json_object_foreach (object, name, value) {
		const char *hash = json_string_value(value);
		struct artifact *item;

		if (!safe_name(name) || !hash || !sha256_is_hex(hash))
			return false;
		ret_artifacts->items = xreallocarray(ret_artifacts->items, ret_artifacts->count + 1,
						     sizeof(*ret_artifacts->items));
		item = &ret_artifacts->items[ret_artifacts->count++];
		memset(item, 0, sizeof(*item));
		snprintf(item->name, sizeof(item->name), "%s", name);
		snprintf(item->sha256, sizeof(item->sha256), "%s", hash);
	}
	return true;
}

static bool build(json_t *task, struct task_build *ret_build)
{
	json_t *base = json_object_get(task, "base");
	json_t *variant = json_object_get(task, "variant");
	char role[16];

	ret_build->posted = json_is_true(json_object_get(task, "posted"));
	return text(base, "repository", ret_build->repository, sizeof(ret_build->repository)) &&
	       ret_build->repository[0] &&
	       text(base, "rev", ret_build->rev, sizeof(ret_build->rev)) && ret_build->rev[0] &&
	       text(base, "preferred", ret_build->preferred, sizeof(ret_build->preferred)) &&
	       text(variant, "role", role, sizeof(role)) &&
	       text(variant, "series", ret_build->series, sizeof(ret_build->series)) &&
	       sha256(variant, "mbox", ret_build->mbox) &&
	       (!strcmp(role, "base") || ret_build->mbox[0]);
}

/* A whole number; 0 when it is absent or null. */
static bool whole(json_t *object, const char *key, uint64_t *ret_number)
{
	json_t *member = json_object_get(object, key);

	*ret_number = (uint64_t)json_integer_value(member);
	return !member || json_is_null(member) ||
	       (json_is_integer(member) && json_integer_value(member) >= 0);
}

/* What is in it was checked by the server, and is again by who fetches. */
static bool fetch(json_t *task, struct task_fetch *ret_fetch)
{
	json_t *git = json_object_get(task, "git"), *most = json_object_get(task, "most");

	return text(json_object_get(task, "series"), "name", ret_fetch->series,
		    sizeof(ret_fetch->series)) &&
	       text(git, "url", ret_fetch->url, sizeof(ret_fetch->url)) && ret_fetch->url[0] &&
	       text(git, "ref", ret_fetch->ref, sizeof(ret_fetch->ref)) && ret_fetch->ref[0] &&
	       text(git, "base", ret_fetch->base, sizeof(ret_fetch->base)) &&
	       text(git, "repository", ret_fetch->repository, sizeof(ret_fetch->repository)) &&
	       ret_fetch->repository[0] && whole(most, "bytes", &ret_fetch->most_bytes) &&
	       whole(most, "seconds", &ret_fetch->most_s);
}

static bool load(json_t *object, struct task_load *ret_load)
{
	json_t *id = json_object_get(object, "id");
	char role[16];

	ret_load->id = json_integer_value(id);
	if (!json_is_integer(id) || !text(object, "role", role, sizeof(role)) ||
	    !text(object, "series", ret_load->series, sizeof(ret_load->series)) ||
	    !text(object, "sender_flag", ret_load->sender_flag, sizeof(ret_load->sender_flag)))
		return false;
	ret_load->is_base = !strcmp(role, "base");
	return artifacts(json_object_get(object, "artifacts"), &ret_load->artifacts) &&
	       artifacts(json_object_get(object, "base_artifacts"), &ret_load->base_artifacts);
}

/* A list, for the command line of a program: so words alone. */
static bool workloads(json_t *list, char *ret_commas, size_t bytes)
{
	size_t used = 0, i;
	json_t *item;

	ret_commas[0] = '\0';
	json_array_foreach (list, i, item) {
		const char *name = json_string_value(item);

		if (!name || !*name || strspn(name, WORKLOAD_LETTERS) != strlen(name))
			return false;
		used += (size_t)snprintf(ret_commas + used, bytes - used, "%s%s", i ? "," : "",
					 name);
		if (used >= bytes)
			return false;
	}
	return !list || json_is_null(list) || json_array_size(list);
}

static bool block(json_t *object, struct task *task)
{
	json_t *loads = json_object_get(object, "loads");

	if (!text(object, "lane", task->lane, sizeof(task->lane)) ||
	    !text(object, "isa", task->isa, sizeof(task->isa)) || !json_is_array(loads) ||
	    !workloads(json_object_get(object, "workloads"), task->workloads,
		       sizeof(task->workloads)))
		return false;
	task->loads = xcalloc(json_array_size(loads), sizeof(*task->loads));
	for (size_t i = 0; i < json_array_size(loads); i++) {
		task->loads_count++;
		if (!load(json_array_get(loads, i), &task->loads[i]))
			return false;
	}
	return true;
}

int json_task_decode(const char *body, size_t bytes, struct task *ret_task, struct err *err)
{
	CLEANUP(drop) json_t *root = json_loadb(body, bytes, JSON_REJECT_DUPLICATES, NULL);
	CLEANUP(task_release) struct task task = { 0 };
	json_t *object = json_object_get(root, "task");
	json_t *expires = json_object_get(root, "expires_s");
	char kind[16];
	bool good = text(root, "lease", task.lease, sizeof(task.lease)) && task.lease[0] &&
		    !strpbrk(task.lease, "/?#") && json_is_number(expires) &&
		    json_is_object(object) && text(object, "kind", kind, sizeof(kind));

	if (good) {
		task.expires_s = (unsigned)json_number_value(expires);
		task.id = json_integer_value(json_object_get(object, "id"));
		task.kind = !strcmp(kind, "build")   ? TASK_BUILD
			    : !strcmp(kind, "fetch") ? TASK_FETCH
						     : TASK_BLOCK;
		good = !strcmp(kind, "build")	? build(object, &task.build)
		       : !strcmp(kind, "fetch") ? fetch(object, &task.fetch)
		       : !strcmp(kind, "block") ? block(object, &task)
						: false;
	}
	if (!good)
		return err_set(err, -EPROTO,
			       "The server leased a task that this agent does not understand; "
			       "update the agent.");
	*ret_task = task;
	task.loads = NULL;
	task.loads_count = 0;
	return 0;
}
