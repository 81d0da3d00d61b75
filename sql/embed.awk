# Turns sql/migrations/*.sql and sql/queries/*.sql into src/store/sql.h
# (-v out=h) or src/store/sql.c (-v out=c).  Plain POSIX awk.
#
# A query file holds blocks: "-- name: chat_recent", then one statement with
# :named parameters.  Comment lines of their own do not travel; migrations
# travel whole, so that `.schema` shows what their comments say.

function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why | "cat 1>&2"
	failed = 1
	exit 1
}

function quoted(s) {
	gsub(/[\\"]/, "\\\\&", s)
	return "\t    \"" s "\\n\"\n"
}

FNR == 1 {
	base = FILENAME
	sub(/^.*\//, "", base)
	sub(/\.sql$/, "", base)
	migration = FILENAME ~ /(^|\/)migrations\/[^\/]*$/
	current = 0
	if (migration) {
		if (base !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+$/)
			fail("not NNNN_name.sql")
		migrations++
		if (substr(base, 1, 4) + 0 != migrations)
			fail("migrations are not numbered 1, 2, 3 …")
		migration_name[migrations] = base
	}
}

migration {
	migration_text[migrations] = migration_text[migrations] \
	    quoted($0)
	next
}

/^-- name:/ {
	if (NF != 3 || $3 !~ /^[a-z][a-z0-9_]*$/)
		fail("not a name")
	if ($3 in seen)
		fail("name given twice: " $3)
	seen[$3] = 1
	query_name[++queries] = $3
	current = queries
	next
}

/^[ \t]*--/ || /^[ \t]*$/ { next }

current == 0 { fail("SQL before the first -- name:") }

{
	query_text[current] = query_text[current] \
	    quoted($0)
}

END {
	if (failed)
		exit 1
	print "/* Made from sql/ by sql/embed.awk. */"
	if (out == "h") {
		print "#ifndef SQL_H\n#define SQL_H\n\nenum sql_id {"
		for (i = 1; i <= queries; i++)
			printf "\tSQL_%s,\n", toupper(query_name[i])
		print "\tSQL_MAX\n};\n"
		printf "enum { SQL_MIGRATIONS = %d };\n\n", migrations
		print "struct sql_migration {"
		print "\tint\t\t number;"
		print "\tconst char\t*name;"
		print "\tconst char\t*text;"
		print "};\n"
		print "extern const char *const sql_text[SQL_MAX];"
		print "extern const char *const sql_name[SQL_MAX];"
		print "extern const struct sql_migration " \
		    "sql_migrations[SQL_MIGRATIONS];\n\n#endif"
		exit 0
	}
	print "#include \"sql.h\"\n\nconst char *const sql_name[SQL_MAX] = {"
	for (i = 1; i <= queries; i++)
		printf "\t\"%s\",\n", query_name[i]
	print "};\n\nconst char *const sql_text[SQL_MAX] = {"
	for (i = 1; i <= queries; i++)
		printf "\t[SQL_%s] =\n%s\t    \"\",\n", toupper(query_name[i]), \
		    query_text[i]
	print "};\n\nconst struct sql_migration sql_migrations[SQL_MIGRATIONS] = {"
	for (i = 1; i <= migrations; i++)
		printf "\t{ %d, \"%s\",\n%s\t    \"\" },\n", i, \
		    migration_name[i], migration_text[i]
	print "};"
}
