// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"

#include <errno.h>

enum exit_status exit_status_of(int rc)
{
	switch (rc) {
	case E_USAGE:
		return EXIT_USAGE;
	case E_REFUSED:
		return EXIT_REFUSED;
	case E_UNREACHABLE:
		return EXIT_UNREACHABLE;
	}
	return rc < 0 ? EXIT_LOCAL : (enum exit_status)rc;
}
