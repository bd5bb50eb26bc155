// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/alloc.h"
#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/mbox-write.h"
#include "lib/mbox.h"

#define FROM_LINE "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"
#define HEADERS(subject)                                                                           \
	"From: A U Thor <author@example.com>\n"                                                    \
	"Date: Mon, 5 Jan 2026 12:00:00 +0200\n"                                                   \
	"Subject: " subject "\n"
#define DIFF                                                                                       \
	"diff --git a/f.c b/f.c\n"                                                                 \
	"index 0123456..89abcde 100644\n"                                                          \
	"--- a/f.c\n"                                                                              \
	"+++ b/f.c\n"                                                                              \
	"@@ -1,2 +1,2 @@\n"                                                                        \
	" one\n"                                                                                   \
	"-two\n"                                                                                   \
	"+TWO\n"
#define BODY "\nWhy.\n\nSigned-off-by: A\n---\n f.c | 2 +-\n\n" DIFF "-- \n2.39.5\n\n"
#define MAIL(subject)                                                                              \
	FROM_LINE HEADERS(subject)                                                                 \
	BODY

static struct err err;

static int parse(const char *data, struct mbox *mbox)
{
	err = ERR_INIT;
	return mbox_parse(data, strlen(data), mbox, &err);
}

static void assert_parses(const char *data, struct mbox *mbox)
{
	if (parse(data, mbox) < 0)
		fail_msg("%s", err.text);
}

static void assert_refused(const char *data, int code, const char *part)
{
	struct mbox mbox = { 0 };

	assert_int_equal(parse(data, &mbox), code);
	if (!strstr(err.text, part))
		fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static void takes_headers_message_and_diff(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(MAIL("[PATCH v3] KVM: x86: foo"), &mbox);
	assert_int_equal(mbox.count, 1);
	assert_int_equal(mbox.version, 3);
	assert_string_equal(mbox.patches[0].subject, "KVM: x86: foo");
	assert_string_equal(mbox.patches[0].author_name, "A U Thor");
	assert_string_equal(mbox.patches[0].author_email, "author@example.com");
	assert_string_equal(mbox.patches[0].date, "Mon, 5 Jan 2026 12:00:00 +0200");
	assert_string_equal(mbox.patches[0].message, "KVM: x86: foo\n\nWhy.\n\nSigned-off-by: A\n");
	assert_string_equal(mbox.patches[0].diff, DIFF);
	assert_int_equal(mbox.patches[0].diff_bytes, strlen(DIFF));
}

static void a_mail_needs_no_from_line(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") BODY, &mbox);
	assert_string_equal(mbox.patches[0].diff, DIFF);
}

static void sorts_by_number_and_keeps_the_cover(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(FROM_LINE HEADERS("[PATCH 0/2] cover") "\nText.\n" MAIL("[PATCH 2/2] two")
			      MAIL("[PATCH 1/2] one"),
		      &mbox);
	assert_int_equal(mbox.count, 2);
	assert_string_equal(mbox.patches[0].subject, "one");
	assert_string_equal(mbox.patches[1].subject, "two");
	assert_int_equal(mbox.patches[1].number, 2);
	assert_string_equal(mbox.cover_subject, "cover");
	assert_string_equal(mbox.cover_text, "Text.\n");
}

static void some_patches_written_anew_are_what_they_were(void **state)
{
	CLEANUP(mbox_release) struct mbox whole = { 0 };
	CLEANUP(mbox_release) struct mbox part = { 0 };
	CLEANUP(buf_release) struct buf out = BUF_INIT(MBOX_MAX_BYTES);
	static const size_t without_second[] = { 0, 2 };

	(void)state;
	assert_parses(FROM_LINE HEADERS("[PATCH 0/3] cover") "\nText.\n" MAIL("[PATCH 1/3] one")
			      MAIL("[PATCH 2/3] two") FROM_LINE
		      "From: =?utf-8?q?Ren=C3=A9?= <r@example.com>\n"
		      "Date: Mon, 5 Jan 2026 12:00:00 +0200\n"
		      "Subject: [PATCH 3/3] KVM: =?utf-8?b?w6k=?= three\n" BODY,
		      &whole);
	mbox_write(&whole, without_second, 2, &out);
	assert_parses(out.data, &part);
	assert_int_equal(part.count, 2);
	assert_string_equal(part.patches[0].subject, "one");
	for (size_t i = 0; i < 2; i++) {
		const struct mbox_patch *before = &whole.patches[without_second[i]];
		const struct mbox_patch *after = &part.patches[i];

		assert_string_equal(after->subject, before->subject);
		assert_string_equal(after->author_name, before->author_name);
		assert_string_equal(after->author_email, before->author_email);
		assert_string_equal(after->date, before->date);
		assert_string_equal(after->message, before->message);
		assert_string_equal(after->diff, before->diff);
		assert_int_equal(after->number, i + 1);
	}
}

static void leaves_replies_out(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(MAIL("[PATCH] x") MAIL("Re: [PATCH] x"), &mbox);
	assert_int_equal(mbox.count, 1);
}

static void names_the_missing_numbers(void **state)
{
	(void)state;
	assert_refused(MAIL("[PATCH 2/4] b") MAIL("[PATCH 4/4] d"), -EINVAL, "1/4, 3/4");
	assert_refused(MAIL("[PATCH 1/2] a") MAIL("[PATCH 1/2] b"), -EINVAL, "twice");
	assert_refused(MAIL("[PATCH 1/2] a") MAIL("[PATCH 1/3] b"), -EINVAL, "mixed");
	assert_refused(MAIL("[PATCH 1/2] a") MAIL("[PATCH] b"), -EINVAL, "Number all or none");
	assert_refused(FROM_LINE HEADERS("[PATCH 1/1] a") "\nNo diff.\n", -EINVAL, "has no diff");
}

static void refuses_what_is_no_patch(void **state)
{
	(void)state;
	assert_refused("", -EINVAL, "neither an mbox nor a mail");
	assert_refused("Dear maintainers, please apply.\n", -EINVAL, "git format-patch");
	assert_refused(DIFF, -EINVAL, "bare diff");
	assert_refused(HEADERS("hello") "\nJust text.\n", -EINVAL, "no mail has a diff");
	assert_refused("Subject: [PATCH] x\n" BODY, -EINVAL, "no From:");
}

static void in_body_headers_win(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] outer") "\nFrom: =?utf-8?q?Ren=C3=A9?= <r@example.com>\n"
					       "Subject: inner\n and more\n"
					       "Date: Tue, 6 Jan 2026 00:00:00 +0000\n" BODY,
		      &mbox);
	assert_string_equal(mbox.patches[0].author_name, "Ren\303\251");
	assert_string_equal(mbox.patches[0].author_email, "r@example.com");
	assert_string_equal(mbox.patches[0].subject, "inner and more");
	assert_string_equal(mbox.patches[0].date, "Tue, 6 Jan 2026 00:00:00 +0000");
	assert_non_null(strstr(mbox.patches[0].message, "inner and more\n\nWhy."));
}

static void decodes_rfc2047_and_folded_headers(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses("From: =?iso-8859-1?q?J=FCrgen?= <j@example.com>\n"
		      "Subject: [PATCH] =?utf-8?b?w6k=?= is\n folded\n" BODY,
		      &mbox);
	assert_string_equal(mbox.patches[0].author_name, "J\303\274rgen");
	assert_string_equal(mbox.patches[0].subject, "\303\251 is folded");
	assert_string_equal(mbox.patches[0].date, "");
}

static void decodes_quoted_printable(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") "Content-Type: text/plain; charset=utf-8\n"
					   "Content-Transfer-Encoding: quoted-printable\n"
					   "\n=C3=A9\n---\n"
					   "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
					   "@@ -1 +1 @@\n-a =3D=\n 1\n+a =3D 2\n",
		      &mbox);
	assert_string_equal(mbox.patches[0].message, "x\n\n\303\251\n");
	assert_non_null(strstr(mbox.patches[0].diff, "-a = 1\n+a = 2\n"));
}

static void decodes_base64_with_crlf(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	/* "Why.\r\n---\r\ndiff --git a/f b/f\r\n--- a/f\r\n+++ b/f\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n"
	 */
	assert_parses(HEADERS("[PATCH] x") "Content-Type: text/plain\n"
					   "Content-Transfer-Encoding: base64\n\n"
					   "V2h5Lg0KLS0tDQpkaWZmIC0tZ2l0IGEvZiBiL2YNCi0tLSBhL2YN"
					   "CisrKyBiL2YNCkBA\nIC0xICsxIEBADQotYQ0KK2INCg==\n",
		      &mbox);
	assert_string_equal(mbox.patches[0].diff, "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
						  "@@ -1 +1 @@\n-a\n+b\n");
}

static void keeps_diff_bytes_of_another_charset(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") "Content-Type: text/plain; charset=iso-8859-1\n"
					   "Content-Transfer-Encoding: 8bit\n"
					   "\n\351\n---\n"
					   "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
					   "@@ -1 +1 @@\n-\351\n+e\n",
		      &mbox);
	assert_string_equal(mbox.patches[0].message, "x\n\n\303\251\n");
	assert_non_null(strstr(mbox.patches[0].diff, "\n-\351\n"));
}

static char *with_crlf(const char *text)
{
	struct buf out = BUF_INIT(1 << 20);

	for (; *text; text++)
		buf_printf(&out, *text == '\n' ? "\r%c" : "%c", *text);
	return buf_detach(&out, NULL);
}

static void reads_a_mail_in_crlf(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	CLEANUP(free_ptr) char *crlf = with_crlf(MAIL("[PATCH 1/2] a") MAIL("[PATCH 2/2] b"));

	(void)state;
	assert_parses(crlf, &mbox);
	assert_int_equal(mbox.count, 2);
	assert_string_equal(mbox.patches[1].diff, DIFF);
	assert_string_equal(mbox.patches[1].message, "b\n\nWhy.\n\nSigned-off-by: A\n");
}

static void keeps_cr_of_a_crlf_file(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") "\n---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n"
					   "@@ -1 +1 @@\n-a\r\n+b\r\n-- \n2.39\n",
		      &mbox);
	assert_non_null(strstr(mbox.patches[0].diff, "-a\r\n+b\r\n"));
}

static void a_removed_dash_line_is_no_signature(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") "\n---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n"
					   "@@ -1,2 +1 @@\n-- \n keep\n-- \n2.39\n",
		      &mbox);
	assert_non_null(strstr(mbox.patches[0].diff, "@@\n-- \n keep\n"));
	assert_null(strstr(mbox.patches[0].diff, "2.39"));
}

static void joins_flowed_lines(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") "Content-Type: text/plain; format=flowed\n"
					   "\nA long \nline.\n---\n"
					   "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
					   "@@ -1,2 +1,2 @@\n  keep\n-a\n+b \nc\n",
		      &mbox);
	assert_string_equal(mbox.patches[0].message, "x\n\nA long line.\n");
	assert_non_null(strstr(mbox.patches[0].diff, "\n keep\n-a\n+b c\n"));
}

static void takes_an_attached_patch(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") "MIME-Version: 1.0\n"
					   "Content-Type: multipart/mixed; boundary=\"sep\"\n\n"
					   "--sep\nContent-Type: text/plain; charset=UTF-8\n\n"
					   "Why.\n---\n f | 2 +-\n\n"
					   "--sep\nContent-Type: text/html\n\n<p>Why.</p>\n"
					   "--sep\nContent-Type: application/octet-stream; "
					   "name=\"0001-x.patch\"\n\n" DIFF "\n--sep--\n",
		      &mbox);
	assert_string_equal(mbox.patches[0].message, "x\n\nWhy.\n");
	assert_memory_equal(mbox.patches[0].diff, DIFF, strlen(DIFF));
}

static void control_characters_never_reach_a_sentence(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] =?utf-8?q?a=1B=5B2Jb=00c?=") BODY, &mbox);
	for (const char *at = mbox.patches[0].subject; *at; at++)
		assert_true((unsigned char)*at >= 0x20);
}

static char *repeat(const char *text, unsigned times, const char *after)
{
	struct buf out = BUF_INIT(64 << 20);

	for (unsigned i = 0; i < times; i++)
		buf_puts(&out, text);
	buf_puts(&out, after);
	return buf_detach(&out, NULL);
}

static void bounds_bytes_mails_and_parts(void **state)
{
	CLEANUP(free_ptr) char *mails = repeat(FROM_LINE "S: x\n\n", 90000, "");
	CLEANUP(free_ptr) char *patches = repeat(MAIL("[PATCH] x"), MBOX_MAX_PATCHES + 1, "");
	CLEANUP(free_ptr) char *bytes = repeat(MAIL("[PATCH] x"), 30000, "");
	CLEANUP(free_ptr)
	char *parts = repeat("Content-Type: multipart/mixed; boundary=a\n\n--a\n", 100000, BODY);
	CLEANUP(free_ptr) char *nested = xasprintf(HEADERS("[PATCH] x") "%s", parts);

	(void)state;
	assert_refused(mails, -EFBIG, "mails");
	assert_refused(patches, -EFBIG, "more than 256 patches");
	assert_refused(bytes, -EFBIG, "bytes");
	assert_refused(nested, -EINVAL, "MIME parts");
}

/* Each of these took GMime down or kept it busy for seconds. */
static void keeps_hostile_headers_from_the_parser(void **state)
{
	CLEANUP(free_ptr) char *groups = repeat("a:", 3000000, "");
	CLEANUP(free_ptr) char *to = xasprintf("To: %s\n" HEADERS("[PATCH] x") BODY, groups);
	CLEANUP(free_ptr) char *from = xasprintf("From: %s\nSubject: x\n" BODY, groups);
	CLEANUP(free_ptr) char *in_body = xasprintf(HEADERS("x") "\nFrom: %s\n" BODY, groups);
	CLEANUP(free_ptr)
	char *attached = xasprintf(HEADERS("x") "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
						"Content-Type:\n message/rfc822\n\nTo: %s\n\n",
				   groups);
	CLEANUP(free_ptr) char *boundaries = repeat("--b\n\n", 1000000, BODY);
	CLEANUP(free_ptr)
	char *many = xasprintf(HEADERS("x") "Content-Type: multipart/mixed; boundary=b\n\n%s",
			       boundaries);
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(to, &mbox);
	assert_refused(from, -EINVAL, "its From header is too long");
	assert_refused(in_body, -EINVAL, "header in its text is too long");
	assert_refused(attached, -EINVAL, "other mails attached");
	assert_refused(many, -EINVAL, "MIME boundaries");
}

static void survives_any_cut(void **state)
{
	static const char whole[] = MAIL("[PATCH 1/2] a") MAIL("[PATCH 2/2] b");

	(void)state;
	for (size_t length = 0; length < sizeof(whole); length++) {
		CLEANUP(mbox_release) struct mbox mbox = { 0 };
		CLEANUP(free_ptr) char *copy = xmalloc(length);
		int rc;

		memcpy(copy, whole, length);
		rc = mbox_parse(copy, length, &mbox, NULL);
		assert_true(rc == 0 || rc == -EINVAL);
	}
}

#define BASE "0123456789abcdef0123456789abcdef01234567"

static void the_base_is_named_where_git_and_b4_write_it(void **state)
{
	static const char *const mails[] = {
		HEADERS("[PATCH] x") "\nWhy.\n---\n" DIFF "\nbase-commit: " BASE
				     "\nprerequisite-patch-id: 1234\n-- \n2.39.5\n",
		HEADERS("[PATCH] x") "\nWhy.\n---\nbase-commit: " BASE "\n\n" DIFF "-- \n2.39.5\n",
		FROM_LINE HEADERS("[PATCH 0/1] cover") "\nText.\n\nbase-commit: " BASE
						       "\n-- \n2.39\n" MAIL("[PATCH 1/1] x"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		CLEANUP(mbox_release) struct mbox mbox = { 0 };

		assert_parses(mails[i], &mbox);
		assert_non_null(mbox.base_commit);
		assert_string_equal(mbox.base_commit, BASE);
		assert_string_equal(mbox.patches[0].diff, DIFF);
	}
}

static void what_only_looks_like_a_base_is_none(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(HEADERS("[PATCH] x") "\nbase-commit: 1234\n---\n"
					   "diff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n"
					   "@@ -1 +1,2 @@\n one\n+base-commit: " BASE "\n",
		      &mbox);
	assert_null(mbox.base_commit);
}

static void mails_say_what_they_answer(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };

	(void)state;
	assert_parses(
		FROM_LINE HEADERS(
			"[PATCH v2 0/1] cover") "Message-ID: <c@x>\n"
						"In-Reply-To: <v1@x>\nReferences: <root@x>\n "
						"<v1@x> <not an id> <>\n\nText.\n" FROM_LINE
							HEADERS("[PATCH v2 1/1] a") "Message-Id: "
										    "<1@x>\nIn-"
										    "Reply-To: "
										    "<c@x>\n" BODY,
		&mbox);
	assert_int_equal(mbox.messages.count, 2);
	assert_string_equal(mbox.messages.ids[0], "c@x");
	assert_string_equal(mbox.messages.ids[1], "1@x");
	assert_int_equal(mbox.references.count, 2);
	assert_string_equal(mbox.references.ids[0], "v1@x");
	assert_string_equal(mbox.references.ids[1], "root@x");
}

static void a_name_with_a_comma_comes_back(void **state)
{
	CLEANUP(mbox_release) struct mbox mbox = { 0 };
	CLEANUP(mbox_release) struct mbox again = { 0 };
	CLEANUP(buf_release) struct buf out = BUF_INIT(MBOX_MAX_BYTES);

	(void)state;
	assert_parses("From: \"A, \\\"U\\\" Thor (x)\" <a@example.com>\nSubject: [PATCH] x\n" BODY,
		      &mbox);
	mbox_write(&mbox, (size_t[]){ 0 }, 1, &out);
	assert_parses(out.data, &again);
	assert_string_equal(again.patches[0].author_name, mbox.patches[0].author_name);
	assert_string_equal(again.patches[0].author_name, "A, \"U\" Thor (x)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_with_a_comma_comes_back),
		cmocka_unit_test(mails_say_what_they_answer),
		cmocka_unit_test(the_base_is_named_where_git_and_b4_write_it),
		cmocka_unit_test(what_only_looks_like_a_base_is_none),
		cmocka_unit_test(takes_headers_message_and_diff),
		cmocka_unit_test(a_mail_needs_no_from_line),
		cmocka_unit_test(sorts_by_number_and_keeps_the_cover),
		cmocka_unit_test(some_patches_written_anew_are_what_they_were),
		cmocka_unit_test(leaves_replies_out),
		cmocka_unit_test(names_the_missing_numbers),
		cmocka_unit_test(refuses_what_is_no_patch),
		cmocka_unit_test(in_body_headers_win),
		cmocka_unit_test(decodes_rfc2047_and_folded_headers),
		cmocka_unit_test(decodes_quoted_printable),
		cmocka_unit_test(decodes_base64_with_crlf),
		cmocka_unit_test(keeps_diff_bytes_of_another_charset),
		cmocka_unit_test(reads_a_mail_in_crlf),
		cmocka_unit_test(keeps_cr_of_a_crlf_file),
		cmocka_unit_test(a_removed_dash_line_is_no_signature),
		cmocka_unit_test(joins_flowed_lines),
		cmocka_unit_test(takes_an_attached_patch),
		cmocka_unit_test(control_characters_never_reach_a_sentence),
		cmocka_unit_test(bounds_bytes_mails_and_parts),
		cmocka_unit_test(keeps_hostile_headers_from_the_parser),
		cmocka_unit_test(survives_any_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
