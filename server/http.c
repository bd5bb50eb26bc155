// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/alloc.h"
#include "lib/log.h"
#include "lib/proc.h"
#include "server/http-gate.h"
#include "server/http-send.h"
#include "server/request.h"
#include "server/route.h"

/* Of a refused body, so much is read and thrown away, so that the client reads the answer instead
 * of meeting a closed connection in the middle of sending. */
#define DISCARD_MAX_BYTES (1 << 20)
/* A head that is too large for us has to fit, so that it is our answer that says so (http-gate.c).
 */
#define CONNECTION_BYTES (64 << 10)
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define IDLE_S 75

static struct connection *connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static struct request *request_new(struct server *server, struct MHD_Connection *connection,
				   const char *target)
{
	struct request *request = xcalloc(1, sizeof(*request));

	request->server = server;
	request->connection = connection;
	request->target = xstrdup(target ? target : "");
	request->upload = UPLOAD_INIT;
	request->answer = ANSWER_INIT;
	request->waiter.connection = connection;
	return request;
}

static void request_end(struct request *request)
{
	if (request->method) /* its head was read whole */
		request->server->in_flight--;
	upload_abort(&request->upload);
	buf_release(&request->body);
	answer_release(&request->answer);
	free(request->method);
	free(request->target);
	free(request);
}

static void refuse(struct request *request, const struct err *err)
{
	request->refused = true;
	upload_abort(&request->upload);
	buf_release(&request->body);
	answer_error(&request->answer, err);
}

static enum MHD_Result answer(struct request *request)
{
	const struct answer *one = &request->answer;

	if (!one->stream)
		connection_answer(connection_of(request->connection), (int64_t)clock_ms(),
				  one->file_fd >= 0 ? one->file_bytes : one->body.length);
	return http_send(request);
}

/* Whether to answer before the body: it is long, or the client waits to hear if it may send it. */
static bool answer_now(struct request *request)
{
	uint64_t announced = http_announced_bytes(request);

	if (!request->refused)
		return false;
	return announced > DISCARD_MAX_BYTES ? announced != UINT64_MAX
					     : request_header(request, "Expect") != NULL;
}

static enum MHD_Result first_call(struct request *request, const char *method, const char *path)
{
	struct err err = ERR_INIT;

	request->method = xstrdup(method);
	request->server->in_flight++;
	request->begun_ms = (int64_t)clock_ms();
	request->refused = !http_gate(request, method, path);
	request->body = BUF_INIT(request->refused ? 0 : request->route->body_max_bytes);
	if (!request->refused && request->route->upload &&
	    upload_begin(request->server->artifacts, request->route->body_max_bytes,
			 &request->upload, &err) < 0)
		refuse(request, &err);
	connection_body(connection_of(request->connection), request->begun_ms, 0);
	return answer_now(request) ? answer(request) : MHD_YES;
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t *bytes)
{
	struct err err = ERR_INIT;
	int rc = 0;

	request->body_bytes += *bytes;
	connection_body(connection_of(request->connection), request->begun_ms, request->body_bytes);
	if (request->refused) {
		uint64_t limit = request->route ? request->route->body_max_bytes : 0;

		/* A client that goes on and on does not want to know why. */
		if (request->body_bytes > limit + DISCARD_MAX_BYTES)
			return MHD_NO;
	} else if (request->upload.store) {
		rc = upload_add(&request->upload, data, *bytes, &err);
	} else if (buf_append(&request->body, data, *bytes) < 0) {
		rc = err_set(&err, -EFBIG, "The body is larger than the %llu bytes allowed here.",
			     (unsigned long long)request->route->body_max_bytes);
	}
	if (rc < 0)
		refuse(request, &err);
	*bytes = 0;
	return MHD_YES;
}

static enum MHD_Result last_call(struct request *request)
{
	connection_working(connection_of(request->connection));
	if (request->refused)
		return answer(request);
	answer_release(&request->answer);
	request->answer = ANSWER_INIT;
	request->route->handle(request, &request->answer);
	if (!request->answer.suspend)
		return answer(request);
	MHD_suspend_connection(request->connection);
	waiters_add(request->server->waiters, &request->waiter);
	/* Work may have come between the look and the wait. */
	dispatcher_poke(request->server->dispatcher);
	return MHD_YES;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *body,
				  size_t *body_bytes, void **request_pointer)
{
	/* on_target() made it, before the head was read. */
	struct request *request = *request_pointer;

	(void)data;
	(void)connection;
	request->version = version;
	if (!request->method)
		return first_call(request, method, path);
	if (*body_bytes)
		return take_body(request, body, body_bytes);
	return last_call(request);
}

/* The target as it was sent: libmicrohttpd decodes and splits it afterwards. */
static void *on_target(void *data, const char *target, struct MHD_Connection *connection)
{
	return request_new(data, connection, target);
}

static void on_completed(void *data, struct MHD_Connection *connection, void **request_pointer,
			 enum MHD_RequestTerminationCode why)
{
	struct request *request = *request_pointer;
	struct connection *timed = connection_of(connection);

	(void)data;
	(void)why;
	*request_pointer = NULL;
	if (request)
		request_end(request);
	if (timed)
		connection_idle(timed, (int64_t)clock_ms());
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct server *server = data;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
				 ->connect_fd;

		*context = connections_add(server->connections, fd,
					   server->config->tls_cert != NULL, (int64_t)clock_ms());
	} else if (*context) {
		connections_remove(server->connections, *context);
		*context = NULL;
	}
}

static void on_log(void *data, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void on_log(void *data, const char *format, va_list args)
{
	char line[512];

	(void)data;
	vsnprintf(line, sizeof(line), format, args);
	log_debug("http: %s", line);
}

int http_start(struct server *server, struct err *err)
{
	const struct config *config = server->config;
	bool tls = config->tls_cert != NULL;
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, server->tls_cert.data },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, server->tls_key.data },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (tls && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
		return err_set(
			err, -ENOTSUP,
			"This libmicrohttpd was built without TLS. Leave --tls-cert out and put "
			"a reverse proxy in front.");
	server->http = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
			MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_LISTEN_SOCKET, server->listen_fd, MHD_OPTION_THREAD_POOL_SIZE,
		config->threads, MHD_OPTION_CONNECTION_LIMIT, config->connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, -1,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_ARRAY, tls_options + (tls ? 0 : 3), MHD_OPTION_END);
	if (!server->http && tls)
		return err_set(
			err, -EINVAL,
			"Cannot serve TLS on %s. Do the certificate %s and the key %s belong "
			"together, as PEM? --verbose says more.",
			config->listen, config->tls_cert, config->tls_key);
	if (!server->http)
		return err_set(err, -EIO, "Cannot start the HTTP server on %s.", config->listen);
	server->listen_fd = -1; /* libmicrohttpd's now */
	return 0;
}

void http_drain(struct server *server, unsigned limit_ms)
{
	uint64_t until = clock_ms() + limit_ms;

	server->listen_fd = MHD_quiesce_daemon(server->http);
	waiters_close(server->waiters);
	streams_close(server->streams);
	while (server->in_flight && clock_ms() < until)
		poll(NULL, 0, 10);
	if (server->in_flight)
		log_warning("%u requests did not end in %u ms", server->in_flight, limit_ms);
}

void http_stop(struct server *server)
{
	if (server->http)
		MHD_stop_daemon(server->http);
	server->http = NULL;
	close_fd(&server->listen_fd);
}
