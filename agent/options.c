// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/git-url.h"

#define LABEL_MAX 32 /* as the server takes them */

static const char usage_text[] =
	"usage: runway-agent --server URL --token-file FILE --state DIR --resources DIR\n"
	"                    --capabilities build,bench-svm [--repository NAME=PATH]...\n"
	"                    [--label KEY=VALUE]... [--name NAME] [--jobs N] [--machine-lock "
	"FILE]\n"
	"       runway-agent --probe LIST\n"
	"       runway-agent try-load ...    one load by hand, without a server\n"
	"\n"
	"  --allow-git PREFIX    series may be fetched from there, https://host/ or file:///path; "
	"can\n"
	"                        be given again. Without it: from nowhere. With it --git-max-mib "
	"N\n"
	"                        (512), --git-max-objects N (200000), --git-max-seconds N (300),\n"
	"                        --git-ssh-key FILE with --git-known-hosts FILE, --git-ca FILE\n"
	"  --server URL          the runwayd to work for, http://host:port\n"
	"  --token-file FILE     holds a token of scope agent\n"
	"  --state DIR           where sources, builds and caches are kept\n"
	"  --resources DIR       holds kernel-configs/, workloads/ and build/\n"
	"  --capabilities LIST   build, bench-svm, bench-vmx, bench-vmx-posted\n"
	"  --label KEY=VALUE     what campaigns may ask of a host, such as rack=a; can be "
	"repeated\n"
	"  --repository N=PATH   a base repository that campaigns may name N\n"
	"  --name NAME           how the server lists this agent (default: the host name)\n"
	"  --ccache DIR          what bases compiled to; agents of one user can share it\n"
	"                        (default: STATE/build/ccache)\n"
	"  --jobs N              make -j (default: online processors)\n"
	"  --probe LIST          end at once: with 0 when this machine can do these, else with 2\n"
	"  --machine-lock FILE   shared by agents of one machine (default: STATE/machine.lock)\n";

static bool has_capability(const struct config *config, const char *name, size_t length)
{
	for (size_t i = 0; i < config->capabilities_count; i++)
		if (strlen(config->capabilities[i]) == length &&
		    !memcmp(config->capabilities[i], name, length))
			return true;
	return false;
}

/* Given again, the option adds to what was named before. */
static void add_capabilities(struct config *config, const char *list)
{
	while (*list) {
		size_t length = strcspn(list, ",");

		if (has_capability(config, list, length)) {
			list += length + (list[length] == ',');
			continue;
		}
		config->capabilities = xreallocarray(
			config->capabilities, config->capabilities_count + 1, sizeof(char *));
		config->capabilities[config->capabilities_count++] = xstrndup(list, length);
		list += length + (list[length] == ',');
	}
}

static int add_repository(struct config *config, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text || !equals[1])
		return -EINVAL;
	config->repositories = xreallocarray(config->repositories, config->repositories_count + 1,
					     sizeof(*config->repositories));
	config->repositories[config->repositories_count++] =
		(struct repository){ xstrndup(text, (size_t)(equals - text)), xstrdup(equals + 1) };
	return 0;
}

static int add_label(struct config *config, const char *text)
{
	static const char known[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t key = strspn(text, known), value;

	if (!key || key > LABEL_MAX || text[key] != '=')
		return -EINVAL;
	value = strspn(text + key + 1, known);
	if (!value || value > LABEL_MAX || text[key + 1 + value])
		return -EINVAL;
	config->labels = xreallocarray(config->labels, config->labels_count + 1, sizeof(char *));
	config->labels[config->labels_count++] = xstrdup(text);
	return 0;
}

static int read_token(const char *path, struct config *config, struct err *err)
{
	char line[256];
	int rc = path ? file_read_line(path, line, sizeof(line), err)
		      : err_set(err, -EINVAL,
				"--token-file is missing: runwayd token-add makes a token.");

	if (!rc)
		config->token = xstrdup(line);
	return rc;
}

static int absolute(const char *path, const char *option, char **ret_path, struct err *err)
{
	if (!path)
		return err_set(err, -EINVAL, "%s is missing.", option);
	*ret_path = realpath(path, NULL);
	return *ret_path ? 0 : err_sys(err, -errno, "%s %s", option, path);
}

static int parse_count(const char *text, uint64_t most, uint64_t *ret_count, struct err *err)
{
	char *end;
	unsigned long long count;

	errno = 0;
	count = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || !count || count > most)
		return err_set(err, -EINVAL, "\"%s\" is no number from 1 to %llu.", text,
			       (unsigned long long)most);
	*ret_count = count;
	return 0;
}

static int allow_git(struct git_config *git, const char *prefix, struct err *err)
{
	if (!git_prefix_is_good(prefix))
		return err_set(err, -EINVAL,
			       "--allow-git wants the start of a URL, https://host/path or "
			       "file:///path, not \"%s\".",
			       prefix);
	git->prefixes =
		xreallocarray(git->prefixes, git->prefixes_count + 1, sizeof(*git->prefixes));
	git->prefixes[git->prefixes_count++] = prefix;
	return 0;
}

static int take_git_option(int option, const char *value, struct git_config *git, struct err *err)
{
	uint64_t mib;
	int rc;

	switch (option) {
	case 'A':
		git->ca_file = value;
		return 0;
	case 'g':
		return allow_git(git, value, err);
	case 'H':
		git->known_hosts = value;
		return 0;
	case 'k':
		git->ssh_key = value;
		return 0;
	case 'm':
		rc = parse_count(value, 1 << 20, &mib, err);
		if (!rc)
			git->most_bytes = mib << 20;
		return rc;
	case 'o':
		return parse_count(value, 1 << 30, &git->most_objects, err);
	case 'T':
		return parse_count(value, 86400, &git->most_s, err);
	default:
		return err_set(err, -EINVAL, "See runway-agent --help.");
	}
}

static int place_ccache(const char *path, struct config *config, struct err *err)
{
	CLEANUP(free_ptr) char *own = xasprintf("%s/build/ccache", config->state);
	int rc = file_make_folder(path ? path : own, 0755, err);

	return rc ?: absolute(path ? path : own, "--ccache", &config->ccache, err);
}

int options_parse(int argc, char **argv, struct config *config, struct err *err)
{
	static const struct option options[] = {
		{ "allow-git", required_argument, NULL, 'g' },
		{ "capabilities", required_argument, NULL, 'c' },
		{ "ccache", required_argument, NULL, 'C' },
		{ "git-ca", required_argument, NULL, 'A' },
		{ "git-known-hosts", required_argument, NULL, 'H' },
		{ "git-max-mib", required_argument, NULL, 'm' },
		{ "git-max-objects", required_argument, NULL, 'o' },
		{ "git-max-seconds", required_argument, NULL, 'T' },
		{ "git-ssh-key", required_argument, NULL, 'k' },
		{ "help", no_argument, NULL, 'h' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "label", required_argument, NULL, 'L' },
		{ "machine-lock", required_argument, NULL, 'l' },
		{ "name", required_argument, NULL, 'n' },
		{ "probe", required_argument, NULL, 'p' },
		{ "repository", required_argument, NULL, 'r' },
		{ "resources", required_argument, NULL, 'R' },
		{ "server", required_argument, NULL, 's' },
		{ "state", required_argument, NULL, 'S' },
		{ "token-file", required_argument, NULL, 't' },
		{ 0 },
	};
	const char *token_file = NULL, *state = NULL, *resources = NULL, *ccache = NULL;
	int option, rc;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			add_capabilities(config, optarg);
			break;
		case 'C':
			ccache = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(0);
		case 'j':
			config->jobs = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'l':
			config->machine_lock = optarg;
			break;
		case 'L':
			if (add_label(config, optarg) < 0)
				return err_set(
					err, -EINVAL,
					"--label wants KEY=VALUE, each 1-%d letters, digits, '.', "
					"'_' and '-', not \"%s\".",
					LABEL_MAX, optarg);
			break;
		case 'n':
			config->name = optarg;
			break;
		case 'p':
			config->probe_only = true;
			add_capabilities(config, optarg);
			break;
		case 'r':
			if (add_repository(config, optarg) < 0)
				return err_set(err, -EINVAL,
					       "--repository wants NAME=PATH, not \"%s\".", optarg);
			break;
		case 'R':
			resources = optarg;
			break;
		case 's':
			config->server = optarg;
			break;
		case 'S':
			state = optarg;
			break;
		case 't':
			token_file = optarg;
			break;
		default:
			rc = take_git_option(option, optarg, &config->git, err);
			if (rc < 0)
				return rc;
		}
	}
	if (config->probe_only)
		return 0;
	if (!config->server || !state || !config->capabilities_count)
		return err_set(err, -EINVAL,
			       "--server, --state and --capabilities are needed; see runway-agent "
			       "--help.");
	rc = read_token(token_file, config, err);
	if (!rc)
		rc = file_make_folder(state, 0700, err);
	if (!rc)
		rc = absolute(state, "--state", &config->state, err);
	if (!rc)
		rc = absolute(resources, "--resources", &config->resources, err);
	return rc ?: place_ccache(ccache, config, err);
}

void options_release(struct config *config)
{
	for (size_t i = 0; i < config->repositories_count; i++) {
		free(config->repositories[i].name);
		free(config->repositories[i].path);
	}
	for (size_t i = 0; i < config->capabilities_count; i++)
		free(config->capabilities[i]);
	for (size_t i = 0; i < config->labels_count; i++)
		free(config->labels[i]);
	free(config->labels);
	free(config->capabilities);
	free(config->repositories);
	free(config->git.prefixes);
	free(config->token);
	free(config->state);
	free(config->resources);
	free(config->ccache);
}
