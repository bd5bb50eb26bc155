# SPDX-License-Identifier: GPL-2.0-or-later
# Turns sql/NNNN-*.sql (migrations, in order) and the other sql/*.sql (statements, each after a line
# "-- name: some_name") into a header: `migrations[]` and `enum statement` with `statements[]`.
function quote(line) {
	gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line)
	return "\"" line "\\n\"\n"
}
FNR == 1 {
	file = FILENAME; sub(/.*\//, "", file)
	migration = file ~ /^[0-9][0-9][0-9][0-9]-/
	if (migration) { nmigrations++; name = "" }
}
migration { migrations[nmigrations] = migrations[nmigrations] quote($0); next }
/^-- name: / { name = $3; names[++nnames] = name; next }
/^[ \t]*--/ || name == "" { next }
{ text[name] = text[name] quote($0) }
END {
	print "/* Made by sql/embed.awk. */"
	print "#ifndef RUNWAY_GEN_SQL_H\n#define RUNWAY_GEN_SQL_H"
	print "#ifdef RUNWAY_SQL_TEXT\nstatic const char *const migrations[] = {"
	for (i = 1; i <= nmigrations; i++) print migrations[i] ","
	print "};\n#endif\nenum statement {"
	for (i = 1; i <= nnames; i++) print "\tSQL_" toupper(names[i]) ","
	print "\tSQL_COUNT,\n};"
	print "#ifdef RUNWAY_SQL_TEXT\nstatic const char *const statements[] = {"
	for (i = 1; i <= nnames; i++) print "[SQL_" toupper(names[i]) "] =\n" text[names[i]] ","
	print "};\n#endif\n#endif"
}
