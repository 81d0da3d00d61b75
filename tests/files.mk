# Tests of `make check`: unit, fuzz corpus, api, wire, house checks.
# Programs print one "ok NAME" or "not ok NAME" line a case; see tests/unit/test.h.
include tests/jose.mk
include tests/livekit.mk
include tests/http.mk
include tests/store.mk
include tests/auth.mk
include tests/app.mk
include tests/api.mk
include tests/wire.mk
include tests/check.mk
EXTRA_DIST += tests/unit/test.h
