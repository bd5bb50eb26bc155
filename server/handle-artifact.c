// SPDX-License-Identifier: GPL-2.0-or-later
/* Artifacts: kept and handed out by their SHA-256. */
#include <errno.h>

#include "server/artifact.h"
#include "server/clock.h"
#include "server/handle.h"

static int find(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	(void)data;
	if (!artifact_known(conn, request->hex, &answer->file_bytes))
		return err_set(err, -ENOENT, "There is no artifact with this SHA-256.");
	return 0;
}

/* 304: the client has it; 404: not there. */
void handle_artifact_get(struct request *request, struct answer *answer)
{
	struct err err = ERR_INIT;

	answer->status = 0;
	request_read(request, answer, find, NULL);
	if (answer->status)
		return;
	answer->status = 200;
	answer->type = "application/octet-stream";
	snprintf(answer->etag, sizeof(answer->etag), "\"%s\"", request->hex);
	if (request_has(request, answer->etag)) {
		answer->status = 304;
		return;
	}
	if (artifact_open(request->server->artifacts, request->hex, &answer->file_fd, &err) < 0) {
		/* The database has it and the folder has not: a fault of ours, not "no such". */
		err.code = -EIO;
		answer->etag[0] = '\0';
		answer_error(answer, &err);
	}
}

static int keep(struct request *request, struct db_conn *conn, void *data, struct answer *answer,
		struct err *err)
{
	struct json_writer w = { .buf = &answer->body };

	(void)data;
	(void)err;
	answer->status = artifact_known(conn, request->hex, NULL) ? 200 : 201;
	artifact_register(conn, request->hex, request->body_bytes, clock_now_ms());
	json_write_object(&w, NULL);
	json_write_text(&w, "sha256", request->hex);
	json_write_int(&w, "bytes", (int64_t)request->body_bytes);
	json_write_end(&w, '}');
	return 0;
}

/* 201, 200 when it was there; 422: other bytes; 507: the store is full. */
void handle_artifact_put(struct request *request, struct answer *answer)
{
	struct err err = ERR_INIT;
	int rc = upload_finish(&request->upload, request->hex, &err);

	if (rc == -EBADMSG)
		answer_problem(answer, 422, "%s", err.text);
	else if (rc < 0)
		answer_error(answer, &err);
	else
		request_write(request, answer, keep, NULL);
}
