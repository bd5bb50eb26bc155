// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/cleanup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void free_ptr(void *pointer_to_pointer)
{
	void *held;

	memcpy(&held, pointer_to_pointer, sizeof(held));
	free(held);
}

void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
	*file = NULL;
}

void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
	*dir = NULL;
}
