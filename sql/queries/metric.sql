-- Spans are added together wherever they are read: a row that is rolled up in the
-- middle of it all counts once, before and after.

-- name: metric_put
INSERT INTO metric_samples (
	room_name, span_ms, at, identity, last_at, samples, up_bps,
	down_bps, sent, received, lost, latency_us, latency_max_us, jitters,
	jitter_us, excellent, good, poor, lost_quality, errors, last_error)
VALUES (
	:room, :span, :step, :identity, :last_at, :samples, :up_bps,
	:down_bps, :sent, :received, :lost, :latency_us, :latency_max_us,
	:jitters, :jitter_us, :excellent, :good, :poor, :lost_quality,
	:errors, :last_error)
ON CONFLICT (room_name, span_ms, at, identity) DO UPDATE SET
	last_at = CASE WHEN excluded.last_at > metric_samples.last_at
		THEN excluded.last_at ELSE metric_samples.last_at END,
	samples = metric_samples.samples + excluded.samples,
	up_bps = metric_samples.up_bps + excluded.up_bps,
	down_bps = metric_samples.down_bps + excluded.down_bps,
	sent = metric_samples.sent + excluded.sent,
	received = metric_samples.received + excluded.received,
	lost = metric_samples.lost + excluded.lost,
	latency_us = metric_samples.latency_us + excluded.latency_us,
	latency_max_us = CASE WHEN excluded.latency_max_us
			> metric_samples.latency_max_us
		THEN excluded.latency_max_us
		ELSE metric_samples.latency_max_us END,
	jitters = metric_samples.jitters + excluded.jitters,
	jitter_us = metric_samples.jitter_us + excluded.jitter_us,
	excellent = metric_samples.excellent + excluded.excellent,
	good = metric_samples.good + excluded.good,
	poor = metric_samples.poor + excluded.poor,
	lost_quality = metric_samples.lost_quality + excluded.lost_quality,
	errors = metric_samples.errors + excluded.errors,
	last_error = CASE WHEN metric_samples.last_error IS NULL
			OR excluded.last_error > metric_samples.last_error
		THEN excluded.last_error ELSE metric_samples.last_error END;

-- name: metric_people
SELECT s.*, coalesce((SELECT max(p.name) FROM presence p
		WHERE p.room_name = :room AND p.identity = s.identity
			AND p.left_at IS NULL AND p.name <> ''),
	(SELECT p.name FROM presence p
		WHERE p.room_name = :room AND p.identity = s.identity
			AND p.left_at IS NOT NULL AND p.name <> ''
		ORDER BY p.left_at DESC LIMIT 1),
	(SELECT u.display_name FROM users u WHERE u.id = s.identity)) AS name
FROM (SELECT identity, count(*) OVER () AS people,
		max(last_at) AS last_at, sum(samples) AS samples,
		sum(up_bps) AS up_bps, sum(down_bps) AS down_bps,
		sum(sent) AS sent, sum(received) AS received,
		sum(lost) AS lost, sum(latency_us) AS latency_us,
		max(latency_max_us) AS latency_max_us,
		sum(jitters) AS jitters, sum(jitter_us) AS jitter_us,
		sum(excellent) AS excellent, sum(good) AS good,
		sum(poor) AS poor, sum(lost_quality) AS lost_quality,
		sum(errors) AS errors, max(last_error) AS last_error
	FROM metric_samples
	WHERE room_name = :room AND span_ms IN (10000, 60000, 3600000)
		AND at >= :from AND at < :until
		AND (:identity IS NULL OR identity = :identity)
	GROUP BY identity ORDER BY max(last_at) DESC, identity
	LIMIT :limit) AS s
ORDER BY s.last_at DESC, s.identity;

-- name: metric_series
SELECT at - at % :span AS step, count(DISTINCT identity) AS people,
	max(last_at) AS last_at, sum(samples) AS samples,
	sum(up_bps) AS up_bps, sum(down_bps) AS down_bps, sum(sent) AS sent,
	sum(received) AS received, sum(lost) AS lost,
	sum(latency_us) AS latency_us,
	max(latency_max_us) AS latency_max_us, sum(jitters) AS jitters,
	sum(jitter_us) AS jitter_us, sum(excellent) AS excellent,
	sum(good) AS good, sum(poor) AS poor,
	sum(lost_quality) AS lost_quality, sum(errors) AS errors,
	max(last_error) AS last_error
FROM metric_samples
WHERE room_name = :room AND span_ms IN (10000, 60000, 3600000)
	AND at >= :from AND at < :until
	AND (:identity IS NULL OR identity = :identity)
GROUP BY at - at % :span ORDER BY at - at % :span;

-- name: metric_room_after
SELECT room_name FROM metric_samples WHERE room_name > :after
ORDER BY room_name LIMIT 1;

-- The last of the oldest rows that are due.
-- name: metric_edge
SELECT at, identity FROM (SELECT at, identity FROM metric_samples
	WHERE room_name = :room AND span_ms = :span AND at < :before
	ORDER BY at, identity LIMIT :limit) AS oldest
ORDER BY at DESC, identity DESC LIMIT 1;

-- Adds as metric_put does: the two say the same, rows here, values there.
-- name: metric_roll
INSERT INTO metric_samples (
	room_name, span_ms, at, identity, last_at, samples, up_bps,
	down_bps, sent, received, lost, latency_us, latency_max_us, jitters,
	jitter_us, excellent, good, poor, lost_quality, errors, last_error)
SELECT room_name, :to_span, at - at % :to_span, identity,
	max(last_at), sum(samples), sum(up_bps), sum(down_bps), sum(sent),
	sum(received), sum(lost), sum(latency_us), max(latency_max_us),
	sum(jitters), sum(jitter_us), sum(excellent), sum(good), sum(poor),
	sum(lost_quality), sum(errors), max(last_error)
FROM metric_samples
WHERE room_name = :room AND span_ms = :span
	AND (at, identity) <= (:at, :identity)
GROUP BY room_name, at - at % :to_span, identity
ON CONFLICT (room_name, span_ms, at, identity) DO UPDATE SET
	last_at = CASE WHEN excluded.last_at > metric_samples.last_at
		THEN excluded.last_at ELSE metric_samples.last_at END,
	samples = metric_samples.samples + excluded.samples,
	up_bps = metric_samples.up_bps + excluded.up_bps,
	down_bps = metric_samples.down_bps + excluded.down_bps,
	sent = metric_samples.sent + excluded.sent,
	received = metric_samples.received + excluded.received,
	lost = metric_samples.lost + excluded.lost,
	latency_us = metric_samples.latency_us + excluded.latency_us,
	latency_max_us = CASE WHEN excluded.latency_max_us
			> metric_samples.latency_max_us
		THEN excluded.latency_max_us
		ELSE metric_samples.latency_max_us END,
	jitters = metric_samples.jitters + excluded.jitters,
	jitter_us = metric_samples.jitter_us + excluded.jitter_us,
	excellent = metric_samples.excellent + excluded.excellent,
	good = metric_samples.good + excluded.good,
	poor = metric_samples.poor + excluded.poor,
	lost_quality = metric_samples.lost_quality + excluded.lost_quality,
	errors = metric_samples.errors + excluded.errors,
	last_error = CASE WHEN metric_samples.last_error IS NULL
			OR excluded.last_error > metric_samples.last_error
		THEN excluded.last_error ELSE metric_samples.last_error END;

-- name: metric_drop
DELETE FROM metric_samples
WHERE room_name = :room AND span_ms = :span
	AND (at, identity) <= (:at, :identity);

-- A creator's self-view is the same person.  An index by person would cost every
-- write as much again as the row itself; so the rooms where they were are read.
-- name: metric_erase
DELETE FROM metric_samples
WHERE room_name IN (SELECT room_name FROM presence
		WHERE identity IN (:id, 'Host-' || :id) AND left_at IS NULL
		UNION ALL SELECT room_name FROM presence
		WHERE identity IN (:id, 'Host-' || :id) AND left_at IS NOT NULL)
	AND identity IN (:id, 'Host-' || :id);
