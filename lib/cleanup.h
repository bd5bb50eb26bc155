/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scoped ownership.
 *
 *	CLEANUP(buf_release) struct buf out = BUF_INIT(4096);
 *	CLEANUP(free_ptr) char *name = xstrdup(from);
 *	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
 *	...
 *	*ret_name = TAKE(name);		// hands it on; the cleanup then sees NULL
 *
 * Destructors take a pointer to the variable and accept one that holds nothing (NULL, -1).
 */
#ifndef RUNWAY_LIB_CLEANUP_H
#define RUNWAY_LIB_CLEANUP_H

#include <dirent.h>
#include <stdio.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Moves a pointer out of its variable, leaving NULL. */
#define TAKE(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

/* Moves a file descriptor out of its variable, leaving -1. */
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})

void free_ptr(void *pointer_to_pointer); /* for char *, struct x * …: frees what it points at */
void close_fd(int *fd);
void close_file(FILE **file);
void close_dir(DIR **dir);

#endif
