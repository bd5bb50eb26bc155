// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/task.h"

#include <stdlib.h>
#include <string.h>

const struct artifact *artifacts_find(const struct artifacts *artifacts, const char *name)
{
	for (size_t i = 0; i < artifacts->count; i++)
		if (!strcmp(artifacts->items[i].name, name))
			return &artifacts->items[i];
	return NULL;
}

void task_release(struct task *task)
{
	for (size_t i = 0; i < task->loads_count; i++) {
		free(task->loads[i].artifacts.items);
		free(task->loads[i].base_artifacts.items);
	}
	free(task->loads);
	task->loads = NULL;
	task->loads_count = 0;
}
