# Ready configurations, and the pieces of ./quickstart.
EXTRA_DIST += \
	etc/lighttpd/stagedoor.conf.in \
	etc/livekit/livekit.yaml.in \
	etc/quickstart/check.sh \
	etc/quickstart/lib.sh \
	etc/quickstart/lighttpd.conf.in \
	etc/quickstart/machine.sh \
	etc/quickstart/stack.sh \
	etc/quickstart/tour.sh.in
