/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of Message-IDs. Private to lib/mbox*.c. */
#ifndef RUNWAY_LIB_MBOX_IDS_H
#define RUNWAY_LIB_MBOX_IDS_H

#include "lib/mbox.h"

/* Unless it is in there, or there are max already. */
void mbox_ids_add(struct mbox_ids *ids, const char *id, size_t max);
/* Takes out of ids what is in others. */
void mbox_ids_subtract(struct mbox_ids *ids, const struct mbox_ids *others);
void mbox_ids_release(struct mbox_ids *ids);

#endif
