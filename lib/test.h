/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka, after the headers that it wants first: every test-*.c includes this. */
#ifndef RUNWAY_LIB_TEST_H
#define RUNWAY_LIB_TEST_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
