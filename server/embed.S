/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are served as they are. To add one: a line here, and one in embed.h. Sorted. */
.macro embed name, file
	.globl embed_\name, embed_\name\()_end
embed_\name:
	.incbin "\file"
embed_\name\()_end:
	.byte 0
.endm

	.section .rodata
	embed openapi, "server/openapi.json"
	embed page_css, "server/docs/page.css"
	embed page_html, "server/docs/page.html"
	embed page_mjs, "server/docs/page.mjs"
	.section .note.GNU-stack, "", %progbits
