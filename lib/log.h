/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line a message on standard error, for the loops of programs: nothing else in lib/ logs. Under
 * systemd (JOURNAL_STREAM set) lines carry the <N> priority prefix and no time.
 *
 *	log_info("lease %s: build of %s", lease, series);
 */
#ifndef RUNWAY_LIB_LOG_H
#define RUNWAY_LIB_LOG_H

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

void log_set_level(enum log_level level);
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
