#!/usr/bin/env python3
"""The plain CGI wire: one process a request, by environment and input."""
from fcgi import Site, check, environment, finish

REGISTER = "/api/auth/register"
ACCOUNT = b'{"username":"ada_l","password":"correct horse battery"}'


def main():
    site = Site()
    try:
        reply = site.cgi(environment("GET", "/healthz"))
        check("a request is answered, status line first, exit status 0",
              reply.raw.startswith(b"Status: 200 OK\r\n") and reply.exit == 0,
              reply)
        reply = site.cgi({"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz"})
        check("PATH_INFO alone is enough", reply.status == 200, reply)
        reply = site.cgi(environment("HEAD", "/healthz"))
        check("HEAD has no body", reply.status == 200 and not reply.body,
              reply)
        reply = site.cgi(environment("GET", "/healthz?--help",
                                     QUERY_STRING="--help"),
                         argv=["--help"])
        check("a query that looks like an option is none",
              reply.status == 200, reply)
        reply = site.cgi(environment("GET", "/nothing"))
        check("an unknown address is 404 no_route", reply.code == "no_route",
              reply)

        reply = site.cgi(environment("POST", REGISTER, ACCOUNT,
                                     CONTENT_LENGTH="500"), ACCOUNT)
        check("F31: a body cut short is refused", (reply.status, reply.code) ==
              (400, "short_body"), reply)
        reply = site.cgi(environment("POST", REGISTER, ACCOUNT,
                                     CONTENT_LENGTH="-1"), ACCOUNT)
        check("security 18: a Content-Length that is none is refused",
              reply.code == "invalid_content_length", reply)
        reply = site.cgi(environment("POST", REGISTER, ACCOUNT,
                                     CONTENT_LENGTH=str(1 << 30)), ACCOUNT)
        check("security 19: a giant Content-Length is refused",
              reply.status == 413, reply)
        big = b'{"username":"' + b"x" * 100000
        reply = site.cgi(environment("POST", REGISTER, big,
                                     CONTENT_LENGTH=None), big)
        check("security 19: a giant body without length is refused",
              reply.status == 413, reply)
        check("none of these made an account", site.count() == 0)
        reply = site.cgi(environment("POST", REGISTER, ACCOUNT,
                                     CONTENT_LENGTH=None), ACCOUNT)
        check("a chunked body (no length, to the end) arrives",
              reply.status == 201 and site.count() == 1, reply)
        reply = site.cgi(environment("POST", "/api/auth/login", ACCOUNT),
                         ACCOUNT)
        check("a body with its length arrives", reply.status == 200, reply)
        check("the session cookie is for pages only",
              "httponly" in reply.headers.get("set-cookie", "").lower(), reply)
        check("security 35: no secret reached the log",
              "correct horse" not in site.log_text() and
              "eyJ" not in site.log_text())
        check("no sanitizer had anything to say",
              "Sanitizer" not in site.log_text() and
              "runtime error" not in site.log_text(), site.log_text()[-3000:])
    finally:
        site.close()
    finish()


main()
