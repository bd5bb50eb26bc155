/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the source tree that are part of the program: from embed_x up to embed_x_end. */
#ifndef RUNWAY_SERVER_EMBED_H
#define RUNWAY_SERVER_EMBED_H

extern const char embed_openapi[], embed_openapi_end[];
extern const char embed_page_css[], embed_page_css_end[];
extern const char embed_page_html[], embed_page_html_end[];
extern const char embed_page_mjs[], embed_page_mjs_end[];

#endif
