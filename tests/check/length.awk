# Functions of KNF C: "{" alone at column 0 opens one, "}" at column 0 ends
# it; TEST("…") { … } of the unit frame is one too.
FNR == 1 { name = ""; start = 0 }
/^TEST\(/ && /\{[ \t]*$/ { name = $0; start = FNR }
/^\{/ { name = last; start = FNR }
/^}/ && start {
	n = FNR - start + 1
	if (n > max)
		printf "%s:%d: %d lines: %s\n", FILENAME, start, n, name
	start = 0
}
/^[A-Za-z_].*\(/ { last = $0 }
