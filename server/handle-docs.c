// SPDX-License-Identifier: GPL-2.0-or-later
/* The contract, and the page that shows it. */
#include "server/embed.h"
#include "server/handle.h"

/* What is its own may run: no other host, nothing inline, no form, no frame. */
#define PAGE_POLICY                                                                                \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "    \
	"data:; "                                                                                  \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static void serve(const struct request *request, struct answer *answer, const char *type,
		  const char *begin, const char *end)
{
	answer->type = type;
	answer->policy = PAGE_POLICY;
	buf_append(&answer->body, begin, (size_t)(end - begin));
	answer_tag(request, answer);
}

void handle_contract(struct request *request, struct answer *answer)
{
	serve(request, answer, "application/json", embed_openapi, embed_openapi_end);
}

void handle_docs(struct request *request, struct answer *answer)
{
	serve(request, answer, "text/html; charset=utf-8", embed_page_html, embed_page_html_end);
}

void handle_docs_script(struct request *request, struct answer *answer)
{
	serve(request, answer, "text/javascript; charset=utf-8", embed_page_mjs,
	      embed_page_mjs_end);
}

void handle_docs_style(struct request *request, struct answer *answer)
{
	serve(request, answer, "text/css; charset=utf-8", embed_page_css, embed_page_css_end);
}
