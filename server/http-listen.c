// SPDX-License-Identifier: GPL-2.0-or-later
#include "server/http-listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/alloc.h"
#include "lib/cleanup.h"

static int describe(int fd, bool tls, char *ret_url, size_t url_bytes, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t bytes = sizeof(address);
	char host[64], port[16];

	if (getsockname(fd, (struct sockaddr *)&address, &bytes) < 0 ||
	    getnameinfo((struct sockaddr *)&address, bytes, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return err_set(err, -EIO, "Cannot tell which port was taken.");
	snprintf(ret_url, url_bytes, strchr(host, ':') ? "http%s://[%s]:%s" : "http%s://%s:%s",
		 tls ? "s" : "", host, port);
	return 0;
}

int http_listen(const char *where, bool tls, int *ret_fd, char *ret_url, size_t url_bytes,
		struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	CLEANUP(free_ptr) char *host = xstrdup(where);
	CLEANUP(close_fd) int fd = -1;
	char *colon = strrchr(host, ':'), *name = host;
	struct addrinfo *found = NULL;
	int yes = 1, rc;

	if (colon && *host == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		name = host + 1;
	}
	if (colon)
		*colon++ = '\0';
	if (!colon || getaddrinfo(name, colon, &hints, &found) != 0)
		return err_set(err, -EINVAL,
			       "\"%s\" is no address to listen on. Give ADDRESS:PORT, such as "
			       "127.0.0.1:8750 or [::1]:8750.",
			       where);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	rc = fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) < 0 || listen(fd, 1024) < 0
		     ? -errno
		     : 0;
	freeaddrinfo(found);
	if (rc < 0)
		return err_sys(err, rc, "Cannot listen on %s", where);
	rc = describe(fd, tls, ret_url, url_bytes, err);
	if (rc < 0)
		return rc;
	*ret_fd = TAKE_FD(fd);
	return 0;
}
