// SPDX-License-Identifier: GPL-2.0-or-later
/* runwayd: the commands of the daemon. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/file.h"
#include "lib/git-url.h"
#include "lib/log.h"
#include "server/check.h"
#include "server/clock.h"
#include "server/confine.h"
#include "server/server.h"
#include "server/token.h"

static const char usage[] =
	"Usage: runwayd serve --state FOLDER [options]\n"
	"       runwayd token-add --state FOLDER --name NAME --scopes SCOPES [--user NAME]\n"
	"\n"
	"serve answers until SIGTERM or SIGINT:\n"
	"  --listen ADDRESS:PORT       127.0.0.1:8750; port 0 takes a free one and prints it\n"
	"  --public-read               GET needs no token\n"
	"  --lease-seconds N           30: after so long without a heartbeat, work is given away\n"
	"  --repository-names A,B      refuse campaigns on other repositories\n"
	"  --artifact-quota-mib N      65536: what all artifacts together may take\n"
	"  --threads N                 4\n"
	"  --connections N             4096\n"
	"  --rate-address N            200: requests a second of one address, 0 for no limit\n"
	"  --rate-token N              200: of one token\n"
	"  --tls-cert FILE, --tls-key FILE  serve HTTPS with these, in PEM\n"
	"  --user NAME                 when root: become this user before anything is read\n"
	"  --allow-git PREFIX          series may name branches there, https://host/ or file:///path;\n"
	"                              can be given again. Without it: none\n"
	"  --git-max-mib N             512: of one fetch; --git-max-seconds N 300\n"
	"  --verbose                   log more\n"
	"\n"
	"token-add prints a new token once; SCOPES are of read, submit, agent and admin.\n";

/* To add an option: a row here, a case in take_option(), a line in usage. Sorted. */
static const struct option options[] = {
	{ "allow-git", required_argument, NULL, 'g' },
	{ "artifact-quota-mib", required_argument, NULL, 'a' },
	{ "connections", required_argument, NULL, 'c' },
	{ "git-max-mib", required_argument, NULL, 'm' },
	{ "git-max-seconds", required_argument, NULL, 'G' },
	{ "help", no_argument, NULL, 'h' },
	{ "lease-seconds", required_argument, NULL, 'e' },
	{ "listen", required_argument, NULL, 'l' },
	{ "name", required_argument, NULL, 'n' },
	{ "public-read", no_argument, NULL, 'p' },
	{ "rate-address", required_argument, NULL, 'A' },
	{ "rate-token", required_argument, NULL, 'T' },
	{ "repository-names", required_argument, NULL, 'r' },
	{ "scopes", required_argument, NULL, 's' },
	{ "state", required_argument, NULL, 'd' },
	{ "threads", required_argument, NULL, 't' },
	{ "tls-cert", required_argument, NULL, 'C' },
	{ "tls-key", required_argument, NULL, 'K' },
	{ "user", required_argument, NULL, 'u' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct arguments {
	struct config config;
	const char *name, *scopes;
	bool help, version;
};

static int parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *ret_count,
		       struct err *err)
{
	uint64_t count;
	char *end;

	errno = 0;
	count = strtoull(text, &end, 10);
	if (errno || *end || end == text || *text < '0' || *text > '9' || count < min ||
	    count > max)
		return err_set(err, -EINVAL, "\"%s\" is no number from %" PRIu64 " to %" PRIu64 ".",
			       text, min, max);
	*ret_count = count;
	return 0;
}

static int take_count(int option, const char *value, struct config *config, struct err *err)
{
	uint64_t count = 0;
	int rc;

	switch (option) {
	case 'a':
		rc = parse_count(value, 1, 1 << 30, &count, err);
		config->artifact_quota_bytes = count << 20;
		return rc;
	case 'c':
		rc = parse_count(value, 1, 100000, &count, err);
		config->connections = (unsigned)count;
		return rc;
	case 'e':
		rc = parse_count(value, 1, 3600, &count, err);
		config->lease_ms = (int64_t)count * 1000;
		return rc;
	case 'm':
		rc = parse_count(value, 1, 1 << 20, &count, err);
		config->git_most_bytes = (int64_t)count << 20;
		return rc;
	case 'G':
		rc = parse_count(value, 1, 86400, &count, err);
		config->git_most_s = (int64_t)count;
		return rc;
	case 'A':
		rc = parse_count(value, 0, 100000, &count, err);
		config->address_rate = (unsigned)count;
		return rc;
	case 'T':
		rc = parse_count(value, 0, 100000, &count, err);
		config->token_rate = (unsigned)count;
		return rc;
	default:
		rc = parse_count(value, 1, 256, &count, err);
		config->threads = (unsigned)count;
		return rc;
	}
}

static int allow_git(struct config *config, const char *prefix, struct err *err)
{
	if (!git_prefix_is_good(prefix))
		return err_set(err, -EINVAL,
			       "--allow-git wants the start of a URL, https://host/path or "
			       "file:///path, not \"%s\".",
			       prefix);
	config->git_prefixes = xreallocarray(config->git_prefixes, config->git_prefixes_count + 1,
					     sizeof(*config->git_prefixes));
	config->git_prefixes[config->git_prefixes_count++] = prefix;
	return 0;
}

static int take_option(int option, const char *value, struct arguments *arguments, struct err *err)
{
	switch (option) {
	case 'd':
		arguments->config.state = value;
		return 0;
	case 'g':
		return allow_git(&arguments->config, value, err);
	case 'h':
		arguments->help = true;
		return 0;
	case 'l':
		arguments->config.listen = value;
		return 0;
	case 'n':
		arguments->name = value;
		return 0;
	case 'p':
		arguments->config.public_read = true;
		return 0;
	case 'r':
		arguments->config.repositories = value;
		return 0;
	case 's':
		arguments->scopes = value;
		return 0;
	case 'u':
		arguments->config.user = value;
		return 0;
	case 'C':
		arguments->config.tls_cert = value;
		return 0;
	case 'K':
		arguments->config.tls_key = value;
		return 0;
	case 'v':
		log_set_level(LOG_LEVEL_DEBUG);
		return 0;
	case 'V':
		arguments->version = true;
		return 0;
	case '?':
		return err_set(err, -EINVAL, "See runwayd --help.");
	default:
		return take_count(option, value, &arguments->config, err);
	}
}

static int parse_arguments(int argc, char **argv, struct arguments *arguments, struct err *err)
{
	int option, rc = 0;

	while (!rc && (option = getopt_long(argc, argv, "", options, NULL)) != -1)
		rc = take_option(option, optarg, arguments, err);
	return rc;
}

/* Blocks the signals in every thread that will be made, and takes them here. */
static int serve(const struct config *config, struct err *err)
{
	struct server *server = NULL;
	sigset_t signals;
	int rc, taken;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	rc = server_start(config, &server, err);
	if (rc < 0)
		return rc;
	printf("listening on %s\n", server->url);
	fflush(stdout);
	sigwait(&signals, &taken);
	log_info("stopping: %s", strsignal(taken));
	server_stop(server);
	return 0;
}

static int add_token(const struct arguments *arguments, struct err *err)
{
	char token[TOKEN_BYTES];
	struct db_conn *conn;
	struct db *db = NULL;
	int rc;

	if (!arguments->name || !arguments->scopes)
		return err_set(err, -EINVAL, "token-add needs --name and --scopes.");
	rc = arguments->config.user
		     ? confine_user(arguments->config.user, arguments->config.state, err)
		     : file_make_folder(arguments->config.state, 0750, err);
	if (!rc)
		rc = db_open(arguments->config.state, 0, &db, err);
	if (rc < 0)
		return rc;
	conn = db_begin_write(db);
	rc = token_add(conn, arguments->name, arguments->scopes, clock_now_ms(), token, err);
	if (rc < 0)
		db_rollback(&conn);
	else
		rc = db_commit(&conn, err);
	db_close(db);
	if (!rc)
		printf("%s\n", token);
	return rc;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.config = { .listen = "127.0.0.1:8750",
			    .confine = true,
			    .lease_ms = 30000,
			    .artifact_quota_bytes = 64ull << 30,
			    .threads = 4,
			    .connections = 4096,
			    .address_rate = 200,
			    .token_rate = 200,
			    .git_most_bytes = 512 << 20,
			    .git_most_s = 300 },
	};
	struct err err = ERR_INIT;
	const char *command;
	int rc = parse_arguments(argc, argv, &arguments, &err);

	if (!rc && (arguments.help || arguments.version)) {
		fputs(arguments.help ? usage : "runwayd " RUNWAY_VERSION "\n", stdout);
		return 0;
	}
	command = optind < argc ? argv[optind] : "";
	if (!rc &&
	    (optind + 1 != argc || (strcmp(command, "serve") && strcmp(command, "token-add"))))
		rc = err_set(&err, -EINVAL, "Give one command, serve or token-add. See --help.");
	if (!rc && !arguments.config.tls_cert != !arguments.config.tls_key)
		rc = err_set(&err, -EINVAL, "--tls-cert and --tls-key need each other.");
	if (!rc && !arguments.config.state)
		rc = err_set(&err, -EINVAL, "Give --state FOLDER: where everything is kept.");
	if (!rc)
		rc = strcmp(command, "serve") ? add_token(&arguments, &err)
					      : serve(&arguments.config, &err);
	if (rc < 0)
		fprintf(stderr, "runwayd: %s\n", err.text);
	return rc < 0 ? (rc == -EINVAL ? 2 : 1) : 0;
}
