// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/bundle.h"
#include "cli/export.h"
#include "cli/rerun.h"
#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/sha256.h"

#define SAMPLES_MAX_BYTES (512 << 20)
#define SAMPLES_PAGE 100000
#define TEXT_MAX_BYTES (1 << 20)

struct export
{
	struct context *context;
	struct bundle bundle;
	struct campaign campaign;
	struct statistics statistics;
	struct series *series;
	size_t series_count;
	char *base_config; /* its SHA-256; NULL: not known yet */
};

static void export_release(struct export *export)
{
	bundle_release(&export->bundle);
	campaign_release(&export->campaign);
	statistics_release(&export->statistics);
	for (size_t i = 0; i < export->series_count; i++)
		series_release(&export->series[i]);
	free(export->series);
	free(export->base_config);
}

/* A document of the server as a file. The path is freed. */
static int add_document(struct export *export, const char *name, char *path, struct buf *body,
			struct err *err)
{
	int rc = client_get(&export->context->client, path, body, err);

	free(path);
	return rc < 0 ? rc : bundle_add(&export->bundle, name, body->data, body->length, 0644, err);
}

/* An artifact as a file; what does not hash to its name is refused. */
static int add_artifact(struct export *export, const char *name, const char *sha256,
			struct buf *body, struct err *err)
{
	CLEANUP(free_ptr) char *path = xasprintf("/artifacts/%s", sha256);
	char hex[SHA256_HEX_BYTES];
	int rc;

	if (!sha256_is_hex(sha256))
		return err_set(err, -EPROTO, "The server's name of %s is no SHA-256.", name);
	rc = client_get_as(&export->context->client, path, "*/*", body, err);
	if (rc < 0)
		return rc;
	sha256_bytes(body->data, body->length, hex);
	if (strcmp(hex, sha256))
		return err_set(err, -EPROTO, "The server's %s does not hash to its name.", name);
	return bundle_add(&export->bundle, name, body->data, body->length, 0644, err);
}

static int add_series(struct export *export, const struct campaign_variant *variant,
		      struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *document = xasprintf("series/%s.json", variant->series);
	CLEANUP(free_ptr) char *mbox = xasprintf("series/%s.mbox", variant->series);
	struct series *series = &export->series[export->series_count];
	int rc = add_document(export, document,
			      xasprintf("/series/%lld", (long long)variant->series_id), &body, err);

	if (rc < 0 || (rc = series_decode(body.data, body.length, series, err)) < 0)
		return rc;
	export->series_count++;
	if (!series->mbox)
		return err_set(err, -EPROTO, "The server does not say where the mbox of %s is.",
			       series->name);
	return add_artifact(export, mbox, series->mbox, &body, err);
}

/* The lines of a kernel's configuration that say what compiled it. */
static int add_compiler(struct export *export, const struct buf *config, struct err *err)
{
	static const char *const names[] = { "CONFIG_CC_VERSION_TEXT=", "CONFIG_GCC_VERSION=",
					     "CONFIG_CLANG_VERSION=",	"CONFIG_AS_VERSION=",
					     "CONFIG_LD_VERSION=",	"CONFIG_PAHOLE_VERSION=" };
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX_BYTES);

	for (const char *line = config->data; *line;) {
		size_t length = strcspn(line, "\n");

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strncmp(line, names[i], strlen(names[i])))
				buf_printf(&text, "%.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	return bundle_add(&export->bundle, "compiler", text.data, text.length, 0644, err);
}

/* The base's configuration, and that of a variant when it is another one. */
static int add_config(struct export *export, const struct campaign_variant *variant,
		      const char *sha256, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *name = NULL;
	int rc;

	if (export->base_config && !strcmp(export->base_config, sha256))
		return 0;
	name = export->base_config ? xasprintf("config-%s", variant->series) : xstrdup("config");
	rc = add_artifact(export, name, sha256, &body, err);
	if (rc < 0 || export->base_config)
		return rc;
	export->base_config = xstrdup(sha256);
	return add_compiler(export, &body, err);
}

static int add_build(struct export *export, const struct campaign_variant *variant, struct err *err)
{
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *name = xasprintf("builds/%s.json", variant->series);
	CLEANUP(free_ptr) char *config = NULL;
	int rc;

	if (!variant->build_key)
		return 0;
	rc = add_document(export, name, xasprintf("/builds?key=%s", variant->build_key), &body,
			  err);
	if (!rc)
		rc = export_artifact_decode(body.data, body.length, "config", &config, err);
	return rc < 0 || !config ? rc : add_config(export, variant, config, err);
}

/* The number at the start of the last line; 0: there is none. */
static int64_t last_id(const struct buf *csv)
{
	size_t at = csv->length;

	while (at && (csv->data[at - 1] == '\n' || csv->data[at - 1] == '\r'))
		at--;
	while (at && csv->data[at - 1] != '\n')
		at--;
	return strtoll(csv->data + at, NULL, 10);
}

static size_t count_lines(const struct buf *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += text->data[i] == '\n';
	return count;
}

/* Page after page, with the names of the columns once. */
static int add_samples(struct export *export, struct err *err)
{
	CLEANUP(buf_release) struct buf all = BUF_INIT(SAMPLES_MAX_BYTES);
	CLEANUP(buf_release) struct buf page = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	int64_t after = 0;

	do {
		CLEANUP(free_ptr)
		char *path = xasprintf("/campaigns/%lld/samples?limit=%d%s%.0lld",
				       (long long)export->campaign.id, SAMPLES_PAGE,
				       after ? "&after=" : "", (long long)after);
		const char *lines;
		int rc = client_get_as(&export->context->client, path, "text/csv", &page, err);

		if (rc < 0)
			return rc;
		lines = after ? strchr(page.data, '\n') + 1 : page.data;
		if (buf_append(&all, lines, page.length - (size_t)(lines - page.data)) < 0)
			return err_set(err, -EFBIG, "The campaign has more than %d MiB of samples.",
				       SAMPLES_MAX_BYTES >> 20);
		after = last_id(&page);
	} while (count_lines(&page) > SAMPLES_PAGE && after > 0);
	return bundle_add(&export->bundle, "samples.csv", all.data, all.length, 0644, err);
}

static int add_documents(struct export *export, struct err *err)
{
	static const char *const names[] = { "fingerprints", "mechanism", "ranking", "statistics" };
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(names) / sizeof(names[0]); i++) {
		CLEANUP(free_ptr) char *name = xasprintf("%s.json", names[i]);

		rc = add_document(
			export, name,
			xasprintf("/campaigns/%lld/%s", (long long)export->campaign.id, names[i]),
			&body, err);
	}
	/* The last one. */
	return rc < 0 ? rc : statistics_decode(body.data, body.length, &export->statistics, err);
}

static int add_commands(struct export *export, struct err *err)
{
	CLEANUP(buf_release) struct buf script = BUF_INIT(TEXT_MAX_BYTES);
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX_BYTES);
	struct rerun rerun = { &export->campaign, &export->statistics, export->series,
			       export->series_count };
	int rc = rerun_write(&rerun, &script);

	if (!rc)
		rc = rerun_describe(&rerun, &text);
	if (rc < 0)
		return err_set(err, rc, "The commands are too long for one file.");
	rc = bundle_add(&export->bundle, "rerun", script.data, script.length, 0755, err);
	return rc < 0 ? rc
		      : bundle_add(&export->bundle, "README", text.data, text.length, 0644, err);
}

/* What the archive says of its files' times: when the campaign ended. */
static time_t time_of(const struct campaign *campaign)
{
	const char *text = campaign->finished ? campaign->finished : campaign->created;
	struct tm tm = { 0 };

	return text && strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) ? timegm(&tm) : 0;
}

static int fill(struct export *export, const struct buf *campaign, struct err *err)
{
	int rc = bundle_add(&export->bundle, "campaign.json", campaign->data, campaign->length,
			    0644, err);

	if (!rc)
		rc = add_documents(export, err);
	for (size_t i = 0; !rc && i < export->campaign.variant_count; i++) {
		const struct campaign_variant *variant = &export->campaign.variants[i];

		if (variant->series_id)
			rc = add_series(export, variant, err);
		if (!rc)
			rc = add_build(export, variant, err);
	}
	if (!rc)
		rc = add_samples(export, err);
	if (!rc)
		rc = add_commands(export, err);
	return rc < 0 ? rc : bundle_end(&export->bundle, err);
}

int export_bundle(struct context *context, int64_t id, const char *path, size_t *ret_file_count,
		  struct err *err)
{
	CLEANUP(export_release) struct export export = { .context = context };
	CLEANUP(buf_release) struct buf body = BUF_INIT(CLIENT_ANSWER_MAX_BYTES);
	CLEANUP(free_ptr) char *from = xasprintf("/campaigns/%lld", (long long)id);
	CLEANUP(free_ptr) char *folder = xasprintf("runway-campaign-%lld", (long long)id);
	int rc = client_get(&context->client, from, &body, err);

	if (!rc)
		rc = campaign_decode(body.data, body.length, &export.campaign, err);
	if (rc < 0)
		return rc;
	if (!campaign_ended(&export.campaign))
		fprintf(stderr, "runway: campaign %lld has not ended: this is what there is now.\n",
			(long long)id);
	export.series = xcalloc(export.campaign.variant_count + 1, sizeof(*export.series));
	rc = bundle_begin(path, folder, time_of(&export.campaign), &export.bundle, err);
	if (!rc)
		rc = fill(&export, &body, err);
	if (rc < 0)
		return rc;
	*ret_file_count = export.bundle.count;
	return 0;
}
