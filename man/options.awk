# SPDX-License-Identifier: GPL-2.0-or-later
# Puts the options that a program's --help lists into its manual page:
#
#	PROGRAM --help | awk -f man/options.awk PAGE.8.in - > PAGE.8
#
# The page has a line @OPTIONS@. An option is a line of two blanks and "--name VALUE  meaning"; deeper lines go
# on with the meaning. Lines that are none of these are for the page's author to repeat.
function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	return text
}
function flush() {
	if (title != "")
		options = options ".TP\n\\fB" escape(title) "\\fR\n" escape(meaning) "\n"
	title = ""
}
FNR == NR { page[++lines] = $0; next }
/^  -/ {
	flush()
	line = substr($0, 3)
	at = match(line, /   *[^ ]/)
	title = at ? substr(line, 1, at - 1) : line
	meaning = at ? substr(line, at) : ""
	sub(/^ */, "", meaning)
	next
}
title != "" && /^      +[^ ]/ { sub(/^ */, ""); meaning = meaning " " $0; next }
{ flush() }
END {
	flush()
	for (i = 1; i <= lines; i++) {
		if (page[i] == "@OPTIONS@")
			printf "%s", options
		else
			print page[i]
	}
}
