// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/host-driver.h"

#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

/* To add a driver: its row here, its declaration in host-driver.h, and docs/host-drivers.md. */
static const struct host_driver *const drivers[] = {
	&bochs3_vmx_driver,
	&bochs_svm_driver,
	&bochs_vmx_driver,
	&emulated_svm_driver,
};

const struct host_driver *host_driver_find(const char *lane, const char *isa)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		if (strcmp(drivers[i]->isa, isa))
			continue;
		for (const char *const *has = drivers[i]->lanes; *has; has++)
			if (!strcmp(*has, lane))
				return drivers[i];
	}
	return NULL;
}

bool host_lane_is_deterministic(const char *lane)
{
	return !strcmp(lane, "exact") || !strcmp(lane, "race") || !strcmp(lane, "posted");
}

const struct host_driver *host_driver_named(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	return NULL;
}

const char *load_status_name(enum load_status status)
{
	static const char *const names[] = {
		[LOAD_OK] = "ok",
		[LOAD_PANIC] = "panic",
		[LOAD_HANG] = "hang",
		[LOAD_LOAD_FAILED] = "load-failed",
		[LOAD_GUEST_FAILED] = "guest-failed",
		[LOAD_HOST_FAILED] = "host-failed",
	};

	return names[status];
}

void load_outcome_release(struct load_outcome *outcome)
{
	buf_release(&outcome->lines);
	buf_release(&outcome->console);
	free_ptr(&outcome->paths);
	free_ptr(&outcome->delays);
	outcome->delays_count = 0;
}
