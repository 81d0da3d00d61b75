# C without comments of the block form and without the text of strings, line
# for line, so that what is left can be searched.
FNR == 1 { incomment = 0 }
{
	out = ""; n = length($0); i = 1
	while (i <= n) {
		c = substr($0, i, 1); two = substr($0, i, 2)
		if (incomment) {
			if (two == "*/") { incomment = 0; i += 2 } else i++
		} else if (two == "/*") {
			incomment = 1; i += 2
		} else if (c == "\"" || c == "'") {
			q = c; out = out c; i++
			while (i <= n && (c = substr($0, i, 1)) != q)
				i += c == "\\" ? 2 : 1
			out = out q; i++
		} else {
			out = out c; i++
		}
	}
	printf "%s:%d:%s\n", FILENAME, FNR, out
}
