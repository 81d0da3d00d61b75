-- 0002: creators.  Channels and their stream keys, times on air, what their
-- publishers publish, WHIP sessions, who follows and blocks whom, and the log
-- of what administrators did.

-- When approval to stream was asked for; NULL: not, or it was answered.
ALTER TABLE users ADD COLUMN creator_asked_at INTEGER;
-- An administrator took approval away: asking again does not give it back.
ALTER TABLE users ADD COLUMN is_creator_refused INTEGER NOT NULL DEFAULT 0
	CHECK (is_creator_refused IN (0, 1));
-- Rows of follows by followed, kept with them in the same transaction.
ALTER TABLE users ADD COLUMN follower_count INTEGER NOT NULL DEFAULT 0
	CHECK (follower_count >= 0);
-- Rows of follows by follower, likewise.
ALTER TABLE users ADD COLUMN following_count INTEGER NOT NULL DEFAULT 0
	CHECK (following_count >= 0);
CREATE INDEX users_asking ON users (creator_asked_at, username)
	WHERE creator_asked_at IS NOT NULL;

-- We ended what this session published: it counts for no broadcast any more.
ALTER TABLE presence ADD COLUMN is_cut INTEGER NOT NULL DEFAULT 0
	CHECK (is_cut IN (0, 1));
CREATE INDEX presence_person ON presence (identity, room_name)
	WHERE left_at IS NULL;
-- Who was there during a broadcast.
CREATE INDEX presence_span ON presence (room_name, left_at)
	WHERE left_at IS NOT NULL;

-- A channel: what a creator has one of.  Its room's name is the creator's id.
CREATE TABLE streams (
	id		TEXT NOT NULL PRIMARY KEY	-- UUID
			CHECK (length(id) = 36),
	user_id		TEXT NOT NULL UNIQUE REFERENCES users (id),	-- the creator; also the name of the room
	title		TEXT NOT NULL			-- of the next broadcast, and of the one on air
			CHECK (length(title) BETWEEN 1 AND 200),
	description	TEXT				-- NULL: none
			CHECK (length(description) BETWEEN 1 AND 5000),
	thumbnail	TEXT				-- http(s) address of a picture, or NULL
			CHECK (length(thumbnail) BETWEEN 1 AND 2048),
	is_chat_enabled	INTEGER NOT NULL DEFAULT 1	-- 0: nobody writes
			CHECK (is_chat_enabled IN (0, 1)),
	is_chat_delayed	INTEGER NOT NULL DEFAULT 0	-- 1: messages wait until they are seen
			CHECK (is_chat_delayed IN (0, 1)),
	is_chat_followers_only INTEGER NOT NULL DEFAULT 0	-- 1: only who follows the creator writes
			CHECK (is_chat_followers_only IN (0, 1)),
	chat_delay_seconds INTEGER NOT NULL DEFAULT 3	-- how long they wait
			CHECK (chat_delay_seconds BETWEEN 1 AND 60),
	refused_until	INTEGER,			-- encoders are refused until then, as the creator ended; NULL: not
	last_live_at	INTEGER,			-- when the latest broadcast began; NULL: never
	created_at	INTEGER NOT NULL		-- when it was made
) STRICT, WITHOUT ROWID;
CREATE INDEX streams_recent ON streams (last_live_at, user_id);

-- A stream key.  One is current; during a rotation at LiveKit the next one and
-- those that must be deleted there stand beside it.
CREATE TABLE stream_keys (
	ingress_id	TEXT NOT NULL PRIMARY KEY	-- LiveKit's IN_… or, with is_own, ours
			CHECK (length(ingress_id) BETWEEN 1 AND 128),
	user_id		TEXT NOT NULL REFERENCES users (id),	-- whose key it is
	state		TEXT NOT NULL			-- next: stored, not yet valid; gone: to be deleted at LiveKit
			CHECK (state IN ('current', 'next', 'gone')),
	type		TEXT NOT NULL			-- what the encoder speaks
			CHECK (type IN ('RTMP', 'WHIP')),
	is_own		INTEGER NOT NULL		-- 1: our /whip; 0: an ingress at LiveKit
			CHECK (is_own IN (0, 1)),
	server_url	TEXT NOT NULL			-- what the encoder connects to
			CHECK (length(server_url) BETWEEN 1 AND 2048),
	key_sealed	TEXT NOT NULL			-- the key, AES-256-GCM, base64url
			CHECK (length(key_sealed) BETWEEN 20 AND 1024),
	key_hash	TEXT NOT NULL UNIQUE		-- SHA-256 of the key, lower-case hex
			CHECK (length(key_hash) = 64),
	is_enabled	INTEGER NOT NULL DEFAULT 1	-- 0: refused, and kept
			CHECK (is_enabled IN (0, 1)),
	run_started_at	INTEGER,			-- latest start of its ingress told by LiveKit; NULL: none
	run_ended_at	INTEGER,			-- runs that started at this time or before are over; NULL: none
	created_at	INTEGER NOT NULL,		-- when it was made
	last_used_at	INTEGER				-- an encoder last came with it; NULL: never
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX stream_keys_current ON stream_keys (user_id)
	WHERE state = 'current';
CREATE INDEX stream_keys_user ON stream_keys (user_id, state);
CREATE INDEX stream_keys_livekit ON stream_keys (user_id)
	WHERE is_own = 0;

-- A WHIP session that came in through our /whip.
CREATE TABLE whip_sessions (
	id		TEXT NOT NULL PRIMARY KEY	-- random; its address is /whip/{id}
			CHECK (length(id) BETWEEN 16 AND 64),
	user_id		TEXT NOT NULL REFERENCES users (id),	-- the creator
	ingress_id	TEXT NOT NULL			-- key it came with; the key may be gone
			CHECK (length(ingress_id) BETWEEN 1 AND 128),
	participant_sid	TEXT NOT NULL			-- LiveKit's PA_ id: its resource there
			CHECK (length(participant_sid) BETWEEN 1 AND 128),
	started_at	INTEGER NOT NULL,		-- offer answered
	ended_at	INTEGER				-- deleted, or replaced, or cut; NULL: not
) STRICT, WITHOUT ROWID;
CREATE INDEX whip_sessions_open ON whip_sessions (user_id)
	WHERE ended_at IS NULL;
CREATE INDEX whip_sessions_sid ON whip_sessions (participant_sid);
CREATE INDEX whip_sessions_ended ON whip_sessions (ended_at)
	WHERE ended_at IS NOT NULL;

-- A track that the owner of a room publishes there.  In a room of kind stream
-- this is what being on air is made of.
CREATE TABLE tracks (
	room_name	TEXT NOT NULL REFERENCES rooms (name) ON DELETE CASCADE,	-- in which room
	sid		TEXT NOT NULL			-- LiveKit's TR_ id
			CHECK (length(sid) BETWEEN 1 AND 128),
	participant_sid	TEXT NOT NULL			-- session that publishes it
			CHECK (length(participant_sid) BETWEEN 1 AND 128),
	identity	TEXT NOT NULL			-- whose session
			CHECK (length(identity) BETWEEN 1 AND 512),
	published_at	INTEGER,			-- earliest told; NULL: only its end is known
	unpublished_at	INTEGER,			-- earliest told; NULL: still there
	PRIMARY KEY (room_name, sid)
) STRICT, WITHOUT ROWID;
CREATE INDEX tracks_open
	ON tracks (room_name, participant_sid, sid, identity, published_at,
		unpublished_at)
	WHERE unpublished_at IS NULL;
CREATE INDEX tracks_gone ON tracks (room_name, unpublished_at)
	WHERE unpublished_at IS NOT NULL;
CREATE INDEX tracks_ended ON tracks (unpublished_at)
	WHERE unpublished_at IS NOT NULL;

-- One time on air of a channel.
CREATE TABLE broadcasts (
	id		TEXT NOT NULL PRIMARY KEY	-- UUID
			CHECK (length(id) = 36),
	user_id		TEXT NOT NULL REFERENCES users (id),	-- the creator; also the name of the room
	title		TEXT NOT NULL			-- of the channel when it ended, or now
			CHECK (length(title) BETWEEN 1 AND 200),
	started_at	INTEGER NOT NULL,		-- on air since
	ended_at	INTEGER,			-- NULL: not ended
	lapses_at	INTEGER,			-- ends by itself then, as nothing is published; NULL: something is
	viewer_count	INTEGER NOT NULL DEFAULT 0	-- copy of the count over presence, written with it
			CHECK (viewer_count >= 0),
	peak_viewers	INTEGER NOT NULL DEFAULT 0	-- the most there were
			CHECK (peak_viewers >= 0),
	unique_viewers	INTEGER NOT NULL DEFAULT 0	-- different people, written at the end
			CHECK (unique_viewers >= 0),
	watch_ms	INTEGER NOT NULL DEFAULT 0	-- time that all of them watched, written at the end
			CHECK (watch_ms >= 0)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX broadcasts_open ON broadcasts (user_id)
	WHERE ended_at IS NULL;
CREATE INDEX broadcasts_live ON broadcasts (viewer_count, user_id)
	WHERE ended_at IS NULL;
CREATE INDEX broadcasts_newest ON broadcasts (started_at, user_id)
	WHERE ended_at IS NULL;
CREATE INDEX broadcasts_lapses ON broadcasts (lapses_at)
	WHERE ended_at IS NULL AND lapses_at IS NOT NULL;
CREATE INDEX broadcasts_user ON broadcasts (user_id, started_at, id);

-- What is due for one room.
CREATE INDEX job_room ON job (room_name, not_before, id);

-- Who follows whom.
CREATE TABLE follows (
	follower_id	TEXT NOT NULL REFERENCES users (id),	-- who follows
	followed_id	TEXT NOT NULL REFERENCES users (id)	-- whom
			CHECK (followed_id <> follower_id),
	created_at	INTEGER NOT NULL,		-- since when
	PRIMARY KEY (follower_id, followed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follows_newest ON follows (follower_id, created_at, followed_id);
CREATE INDEX follows_followed ON follows (followed_id);

-- A channel as others see it: its creator's row beside it, none of who is
-- erased.
CREATE VIEW channels AS
SELECT s.id, s.user_id, s.title, s.description, s.thumbnail, s.is_chat_enabled,
	s.is_chat_delayed, s.is_chat_followers_only, s.chat_delay_seconds,
	s.refused_until, s.last_live_at, s.created_at, u.username,
	u.display_name, u.avatar_url, u.is_disabled, u.follower_count
FROM streams s JOIN users u ON u.id = s.user_id
WHERE u.deleted_at IS NULL;

-- Who blocks whom.
CREATE TABLE blocks (
	blocker_id	TEXT NOT NULL REFERENCES users (id),	-- who blocks
	blocked_id	TEXT NOT NULL REFERENCES users (id)	-- whom
			CHECK (blocked_id <> blocker_id),
	created_at	INTEGER NOT NULL,		-- since when
	PRIMARY KEY (blocker_id, blocked_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_newest ON blocks (blocker_id, created_at, blocked_id);
CREATE INDEX blocks_blocked ON blocks (blocked_id, blocker_id);

-- Two between whom a block stands, each the one and the other.
CREATE VIEW apart AS
SELECT blocker_id AS one_id, blocked_id AS other_id FROM blocks
UNION ALL
SELECT blocked_id, blocker_id FROM blocks;

-- What administrators did, through the API or the command.  No foreign keys:
-- it tells of what was.
CREATE TABLE audit (
	id		INTEGER NOT NULL PRIMARY KEY,	-- from counters
	at		INTEGER NOT NULL,		-- when it was done
	actor_id	TEXT				-- user who did it; NULL: the command
			CHECK (length(actor_id) = 36),
	actor_name	TEXT NOT NULL			-- user name, or that of the system's user
			CHECK (length(actor_name) BETWEEN 1 AND 64),
	action		TEXT NOT NULL			-- "user.disable", "stream.end" …
			CHECK (length(action) BETWEEN 1 AND 64),
	target_id	TEXT NOT NULL			-- user it was done to
			CHECK (length(target_id) = 36),
	target_name	TEXT NOT NULL			-- user name at that time
			CHECK (length(target_name) BETWEEN 3 AND 44)
) STRICT;
INSERT INTO counters (name, value) VALUES ('audit', 0);
