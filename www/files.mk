# The page and the description of the API. The bundle is made by `make web`,
# the only target that needs Node and the network; it travels in the tarball,
# and `make install` takes it along where it is there.
webdir = $(datadir)/stagedoor/www
web_sources = www/.npmrc www/package.json www/package-lock.json \
	www/tsconfig.json www/build.mjs \
	www/src/index.html www/src/app.css www/src/icon.svg www/src/main.ts \
	www/src/api.ts www/src/chat.ts www/src/dom.ts www/src/loader.ts \
	www/src/session.ts www/src/stage.ts www/src/view.ts \
	www/src/views/golive.ts www/src/views/list.ts www/src/views/live.ts \
	www/src/views/sign.ts
web_dist = index.html app.js app.css stage.js icon.svg licences.txt
EXTRA_DIST += www/openapi.json $(web_sources)

web:
	@v=`node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/'`; \
	test "$${v:-0}" -ge 20 || { \
		echo "make web needs Node.js 20 or newer on PATH" \
		    "(found: $${v:-none}). Everything else builds without." >&2; \
		exit 1; }
	cd $(srcdir)/www && npm ci --ignore-scripts --no-audit --no-fund && \
	npm run --silent build
.PHONY: web

dist-hook: dist-web
dist-web:
	@test -f $(srcdir)/www/dist/index.html || { \
		echo "www/dist is missing: run 'make web' first (needs Node.js 20" \
		    "and the network once), then this again." >&2; \
		exit 1; }
	$(MKDIR_P) $(distdir)/www/dist
	for f in $(web_dist) openapi.json; do \
		cp $(srcdir)/www/dist/$$f $(distdir)/www/dist/ || exit 1; done

install-data-local: install-web
install-web:
if WEB
	$(MKDIR_P) "$(DESTDIR)$(webdir)"
	$(INSTALL_DATA) $(srcdir)/www/openapi.json "$(DESTDIR)$(webdir)"
	@if test -f $(srcdir)/www/dist/index.html; then \
		for f in $(web_dist); do \
			$(INSTALL_DATA) $(srcdir)/www/dist/$$f \
			    "$(DESTDIR)$(webdir)" || exit 1; done; \
	else \
		echo "The page is not installed: www/dist is missing." \
		    "Run 'make web' (needs Node.js 20), then install again."; \
	fi
endif

uninstall-local: uninstall-web
uninstall-web:
if WEB
	cd "$(DESTDIR)$(webdir)" 2>/dev/null && \
	    rm -f openapi.json $(web_dist) || :
endif
.PHONY: dist-web install-web uninstall-web

# Run by `./quickstart check` against a running stack.
EXTRA_DIST += tests/live/browser.mjs tests/live/browser_lib.mjs \
	tests/live/browser_page.mjs tests/live/browser_room.mjs \
	tests/live/browser_bare.mjs tests/live/browser_class.mjs tests/live/browser_whip.mjs \
	tests/live/browser_people.mjs tests/live/browser_voice.mjs \
	tests/live/browser_wrong.mjs
