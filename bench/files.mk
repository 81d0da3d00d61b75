# What we measure ourselves against; nothing here is built by make.
EXTRA_DIST += \
	bench/README.md \
	bench/empty-cgi.c \
	bench/empty-fcgi.c \
	bench/lists.py \
	bench/metrics.py \
	bench/run.py \
	bench/peers/express-cluster.mjs \
	bench/peers/express.mjs \
	bench/peers/go/go.mod \
	bench/peers/go/go.sum \
	bench/peers/go/main.go \
	bench/peers/package.json \
	bench/peers/python/app.py \
	bench/peers/python/requirements.txt \
	bench/peers/run.sh
