// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/exact-windows.h"

static bool overlaps(const struct exit_path_store *store, const struct watched_member *member)
{
	for (size_t i = 0; i < member->vcpus_count; i++) {
		uint64_t start = member->vcpus[i] + member->offset;

		if (store->address < start + member->bytes && start < store->address + store->bytes)
			return true;
	}
	return false;
}

bool exact_window(const struct path_file_path *path, const struct watched_member *member,
		  struct exact_window *ret_window)
{
	struct exact_window window = { 0 };

	for (uint64_t i = 0; i < path->totals.stores; i++) {
		const struct exit_path_store *store = &path->stores[i];

		if (!overlaps(store, member))
			continue;
		if (!window.stores++)
			window.exit = store->index;
		window.entry = path->totals.length - store->index;
	}
	if (window.stores)
		*ret_window = window;
	return window.stores;
}

const struct layout_member *exact_find_flag(const struct path_file_path *path,
					    const struct layout *layout, const struct layout *base,
					    const uint64_t *vcpus, size_t vcpus_count)
{
	const struct layout_member *found = NULL;
	uint64_t found_exit = UINT64_MAX;

	for (size_t i = 0; i < layout->count; i++) {
		const struct layout_member *candidate = &layout->members[i];
		struct watched_member member = { vcpus, vcpus_count, candidate->offset,
						 candidate->bytes };
		struct exact_window window;

		if (!candidate->scalar || !candidate->bytes || candidate->bytes > 8 ||
		    layout_find(base, candidate->name) || !exact_window(path, &member, &window) ||
		    window.stores < 2)
			continue;
		if (window.exit < found_exit) {
			found = candidate;
			found_exit = window.exit;
		}
	}
	return found;
}
