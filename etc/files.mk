# Ready configurations, and the pieces of ./quickstart.
nobase_dist_doc_DATA = \
	etc/apache/cgi.conf.in \
	etc/apache/fastcgi.conf.in \
	etc/lighttpd/cgi.conf.in \
	etc/lighttpd/stagedoor.conf.in \
	etc/livekit/livekit.yaml.in \
	etc/nginx/stagedoor.conf.in \
	etc/stagedoor.conf \
	etc/systemd/stagedoor-worker.service \
	etc/systemd/stagedoor@.service \
	etc/systemd/stagedoor@.socket
EXTRA_DIST += \
	etc/quickstart/check.sh \
	etc/quickstart/lib.sh \
	etc/quickstart/lighttpd.conf.in \
	etc/quickstart/machine.sh \
	etc/quickstart/stack.sh \
	etc/quickstart/tour.sh.in
