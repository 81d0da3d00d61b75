# tests of wire: the programs on a raw FastCGI socket and as plain CGI.
# Python 3 and nothing besides; configs.sh (web servers) is listed in check.mk.
TESTS += tests/wire/fastcgi_test.py tests/wire/cgi_test.py
EXTRA_DIST += tests/wire/fastcgi_test.py tests/wire/cgi_test.py \
	tests/wire/fcgi.py
