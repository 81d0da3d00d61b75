# The page and the description of the API.
webdir = $(datadir)/stagedoor/www
dist_web_DATA =
if WEB
dist_web_DATA += www/openapi.json
endif
