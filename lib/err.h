/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong: a negative errno for the program and one sentence for a person.
 *
 *	int base_open(const char *path, struct base **ret, struct err *err)
 *	{
 *		if (access(path, R_OK) < 0)
 *			return err_set(err, -errno, "Cannot read %s: %s. Give a readable git "
 *					       "repository.", path, strerror(errno));
 *		...
 *		if (rc < 0)
 *			return err_wrap(err, "While opening the base");	// adds a fact, keeps the code
 *
 * The err argument may be NULL: the caller wants the code alone. Functions fill it only on failure.
 */
#ifndef RUNWAY_LIB_ERR_H
#define RUNWAY_LIB_ERR_H

#define ERR_TEXT_MAX 1024

struct err {
	int code; /* negative errno, 0 when nothing failed */
	char text[ERR_TEXT_MAX];
};

#define ERR_INIT ((struct err){ 0 })

/* Fills err and returns code (which must be negative). Longer text is cut at ERR_TEXT_MAX. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "sentence: strerror(-code)"; for system calls. */
int err_sys(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text that is there; returns err's code (or -EIO when err is NULL). */
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
