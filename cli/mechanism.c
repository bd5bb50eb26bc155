// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/mechanism.h"

#include <stdlib.h>

#include "cli/text.h"
#include "lib/buf.h"
#include "lib/cleanup.h"

#define SENTENCE_MAX_BYTES 4096

void mechanism_release(struct mechanism *mechanism)
{
	for (size_t i = 0; i < mechanism->count; i++) {
		struct expectation *expectation = &mechanism->expectations[i];

		free(expectation->series);
		free(expectation->isa);
		free(expectation->metric);
		free(expectation->expected);
		free(expectation->outcome);
		free(expectation->sentence);
		free(expectation->function);
		free(expectation->reason);
	}
	free(mechanism->expectations);
	*mechanism = (struct mechanism){ 0 };
}

static void print_expectation(const struct expectation *expectation, const struct screen *screen)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(SENTENCE_MAX_BYTES);

	buf_printf(&text, "%s (%s): expected %s %s: %s. %s", expectation->series, expectation->isa,
		   expectation->expected, expectation->metric, expectation->outcome,
		   expectation->sentence);
	if (expectation->function)
		buf_printf(&text, " Most of it in %s(): %+lld.", expectation->function,
			   (long long)expectation->difference);
	if (expectation->reason && expectation->reason_variant != expectation->reason_base) {
		CLEANUP(free_ptr) char *variant = text_number(expectation->reason_variant);
		CLEANUP(free_ptr) char *base = text_number(expectation->reason_base);

		buf_printf(&text, " The exit reason that moved most: %s, from %s to %s.",
			   expectation->reason, base, variant);
	}
	screen_fold(screen, text.data);
}

void mechanism_print(const struct mechanism *mechanism, const struct screen *screen)
{
	if (mechanism->count)
		fputc('\n', screen->out);
	for (size_t i = 0; i < mechanism->count; i++)
		print_expectation(&mechanism->expectations[i], screen);
}
