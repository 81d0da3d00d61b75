-- 0001: accounts, rooms and who is in them, live streams, chat, and the log,
-- inbox, jobs and lease that the programs work with.
--
-- Times are integer milliseconds since 1970 (UTC); "not yet" is NULL.
-- Ids are made by the programs, never by the database.  Booleans are 0 or 1.
-- A comment in front of each table says what a row is; the one behind (or
-- above) each column what it holds: tests/check/sql_test insists on both.

-- An account: built in (name and password) or known by an external issuer.
-- Erased ones stay as an anonymous owner of what remains.
CREATE TABLE users (
	id		TEXT NOT NULL PRIMARY KEY	-- UUID; version 5 of iss + sub for external ones
			CHECK (length(id) = 36),
	username	TEXT NOT NULL UNIQUE		-- case-folded; "deleted-" + id once erased, which nobody can register
			CHECK (length(username) BETWEEN 3 AND 44),
	display_name	TEXT NOT NULL			-- shown to others; "Deleted user" once erased
			CHECK (length(display_name) BETWEEN 1 AND 200),
	avatar_url	TEXT				-- http(s) address of a picture, or NULL
			CHECK (length(avatar_url) BETWEEN 1 AND 2048),
	password_hash	TEXT				-- scrypt with its parameters; NULL for external and erased users
			CHECK (length(password_hash) BETWEEN 20 AND 512),
	is_creator	INTEGER NOT NULL DEFAULT 0	-- approved to stream where approval is asked for
			CHECK (is_creator IN (0, 1)),
	is_admin	INTEGER NOT NULL DEFAULT 0	-- may do what admins may
			CHECK (is_admin IN (0, 1)),
	is_disabled	INTEGER NOT NULL DEFAULT 0	-- refused everywhere, by an admin
			CHECK (is_disabled IN (0, 1)),
	created_at	INTEGER NOT NULL,		-- registered, or first write of an external user
	deleted_at	INTEGER				-- erased; NULL: not
) STRICT, WITHOUT ROWID;

-- A sign-in; cookies and app tokens carry its id and end with it.
CREATE TABLE sessions (
	id		TEXT NOT NULL PRIMARY KEY	-- random
			CHECK (length(id) BETWEEN 16 AND 128),
	user_id		TEXT NOT NULL REFERENCES users (id),	-- who signed in
	user_agent	TEXT				-- as the browser named itself, cut to 256
			CHECK (length(user_agent) <= 256),
	created_at	INTEGER NOT NULL,		-- signed in
	expires_at	INTEGER NOT NULL,		-- worth nothing from here on
	last_used_at	INTEGER NOT NULL		-- to the minute
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE INDEX sessions_expired ON sessions (expires_at);

-- A key for programs; only its digest is kept.
CREATE TABLE api_keys (
	id		TEXT NOT NULL PRIMARY KEY	-- random, to name it when listing and revoking
			CHECK (length(id) BETWEEN 1 AND 64),
	user_id		TEXT NOT NULL REFERENCES users (id),	-- acts as this user
	label		TEXT NOT NULL			-- what its owner calls it
			CHECK (length(label) BETWEEN 1 AND 200),
	scopes		TEXT				-- words separated by spaces; NULL: all but admin
			CHECK (length(scopes) BETWEEN 1 AND 256),
	key_hash	TEXT NOT NULL UNIQUE		-- SHA-256 of the key, lower-case hex
			CHECK (length(key_hash) = 64),
	created_at	INTEGER NOT NULL,		-- when it was made
	last_used_at	INTEGER				-- to the minute; NULL: never
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_user ON api_keys (user_id, created_at);

-- A LiveKit room that we know.  Nobody gets a token for a room without a row.
-- Only a start that LiveKit refused is ever deleted, with all that hangs on it.
CREATE TABLE rooms (
	name		TEXT NOT NULL PRIMARY KEY	-- as LiveKit knows it; never used twice
			CHECK (length(name) BETWEEN 1 AND 256),
	kind		TEXT NOT NULL			-- which of the five systems it belongs to
			CHECK (kind IN ('source', 'live', 'voice', 'class', 'stream')),
	owner_id	TEXT NOT NULL REFERENCES users (id),	-- who opened it
	state		TEXT NOT NULL			-- starting: LiveKit not yet asked; over is for ever
			CHECK (state IN ('starting', 'open', 'over')),
	metadata	TEXT NOT NULL DEFAULT ''	-- what LiveKit's room carries
			CHECK (length(metadata) <= 65536),
	confirmed_at	INTEGER,			-- last sign that LiveKit has it; NULL: none
	created_at	INTEGER NOT NULL,		-- row made
	ended_at	INTEGER				-- over since; NULL: not over
			CHECK ((ended_at IS NOT NULL) = (state = 'over'))
) STRICT, WITHOUT ROWID;
CREATE INDEX rooms_state ON rooms (state, name);

-- One life of a room at LiveKit, from its first to its last moment there.
CREATE TABLE room_sessions (
	room_name	TEXT NOT NULL REFERENCES rooms (name) ON DELETE CASCADE,	-- of which room
	sid		TEXT NOT NULL			-- LiveKit's RM_ id
			CHECK (length(sid) BETWEEN 1 AND 128),
	started_at	INTEGER,			-- earliest start told; NULL: only its end is known
	finished_at	INTEGER,			-- earliest end told; NULL: not over. Finished stays finished
	PRIMARY KEY (room_name, sid)
) STRICT, WITHOUT ROWID;

-- One participant session at LiveKit.  Every count of people is a query here.
CREATE TABLE presence (
	room_name	TEXT NOT NULL REFERENCES rooms (name) ON DELETE CASCADE,	-- in which room
	sid		TEXT NOT NULL			-- LiveKit's PA_ id
			CHECK (length(sid) BETWEEN 1 AND 128),
	room_sid	TEXT NOT NULL DEFAULT ''	-- in which life of the room; '' while unknown
			CHECK (length(room_sid) <= 128),
	identity	TEXT NOT NULL DEFAULT ''	-- the token's identity; one person may have several sessions
			CHECK (length(identity) <= 512),
	name		TEXT NOT NULL DEFAULT ''	-- display name in the room
			CHECK (length(name) <= 1024),
	lk_kind		INTEGER NOT NULL DEFAULT 0,	-- ParticipantInfo.Kind by number; 0 STANDARD
	is_hidden	INTEGER NOT NULL DEFAULT 0	-- others do not see it; not counted
			CHECK (is_hidden IN (0, 1)),
	joined_at	INTEGER,			-- earliest told; NULL: unknown
	left_at		INTEGER,			-- NULL: still there
	left_by		INTEGER NOT NULL DEFAULT 0	-- how sure the end is: 0 none, 1 reconcile, 2 room over, 3 own event
			CHECK (left_by BETWEEN 0 AND 3 AND (left_by = 0) = (left_at IS NULL)),
	reason		TEXT NOT NULL DEFAULT ''	-- DisconnectReason by name; '' where not told
			CHECK (length(reason) <= 64),
	PRIMARY KEY (room_name, sid)
) STRICT;
CREATE INDEX presence_open
	ON presence (room_name, identity, sid, lk_kind, is_hidden, left_at)
	WHERE left_at IS NULL;
CREATE INDEX presence_gone ON presence (room_name, identity, left_at)
	WHERE left_at IS NOT NULL;
-- Those that the end of their room's session can still change.
CREATE INDEX presence_unsure ON presence (room_name, room_sid)
	WHERE left_by < 3;

-- A live stream: one time on air of a room of kind live.  Kept when over.
CREATE TABLE live_streams (
	id		TEXT NOT NULL PRIMARY KEY	-- its room
			REFERENCES rooms (name) ON DELETE CASCADE,
	streamer_id	TEXT NOT NULL REFERENCES users (id),	-- the host
	title		TEXT NOT NULL			-- as the host named it
			CHECK (length(title) BETWEEN 1 AND 500),
	is_live		INTEGER NOT NULL		-- 0 once ended
			CHECK (is_live IN (0, 1)),
	viewer_count	INTEGER NOT NULL DEFAULT 0	-- copy of the count over presence, written with it
			CHECK (viewer_count >= 0),
	created_at	INTEGER NOT NULL,		-- when it started
	ended_at	INTEGER				-- NULL while live
			CHECK ((ended_at IS NULL) = (is_live = 1)),
	lapses_at	INTEGER				-- ends by itself then, as the host is away; NULL: the host is there
) STRICT, WITHOUT ROWID;
CREATE INDEX live_streams_open ON live_streams (created_at, id)
	WHERE is_live = 1;
CREATE INDEX live_streams_streamer ON live_streams (streamer_id, created_at)
	WHERE is_live = 1;
CREATE INDEX live_streams_lapses ON live_streams (lapses_at)
	WHERE is_live = 1 AND lapses_at IS NOT NULL;

-- A line of chat.  It survives the stream; blanked when its author is erased.
CREATE TABLE live_messages (
	id		TEXT NOT NULL PRIMARY KEY	-- UUID
			CHECK (length(id) = 36),
	seq		INTEGER NOT NULL,		-- order within the database, from counters; cursors are made of it
	room_name	TEXT NOT NULL REFERENCES rooms (name) ON DELETE CASCADE,	-- said where
	user_id		TEXT REFERENCES users (id),	-- author; NULL: a guest
	identity	TEXT NOT NULL			-- author as LiveKit knows it
			CHECK (length(identity) BETWEEN 1 AND 512),
	guest_name	TEXT				-- name a guest gave; users' comes from their row
			CHECK (length(guest_name) BETWEEN 1 AND 200),
	text		TEXT NOT NULL			-- as given, at most 500 code points; '' when blanked
			CHECK (length(text) <= 500),
	type		TEXT NOT NULL			-- important and announcement are for those who lead
			CHECK (type IN ('message', 'important', 'announcement', 'system')),
	is_pinned	INTEGER NOT NULL DEFAULT 0	-- kept in sight
			CHECK (is_pinned IN (0, 1)),
	created_at	INTEGER NOT NULL,		-- when it was posted
	CHECK (user_id IS NOT NULL OR guest_name IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX live_messages_room ON live_messages (room_name, seq);
CREATE INDEX live_messages_marked ON live_messages (room_name, type, seq)
	WHERE type <> 'message';
CREATE INDEX live_messages_pinned ON live_messages (room_name, seq)
	WHERE is_pinned = 1;
CREATE INDEX live_messages_user ON live_messages (user_id)
	WHERE user_id IS NOT NULL;

-- A message as it is shown: the author's name of today, none of who is erased.
CREATE VIEW live_messages_shown AS
SELECT m.id, m.seq, m.room_name, m.identity, m.text, m.type, m.is_pinned,
	m.created_at,
	CASE WHEN u.deleted_at IS NULL THEN m.user_id END AS user_id,
	CASE WHEN u.deleted_at IS NULL THEN u.username END AS username,
	coalesce(u.display_name, m.guest_name) AS display_name
FROM live_messages m LEFT JOIN users u ON u.id = m.user_id;

-- The log that every push reads.  A row is written with the change it tells
-- of.  No foreign keys: it tells of what was, also of what is gone.  No index
-- besides the id: it is read onwards from an id, and every post pays for one.
CREATE TABLE events (
	id		INTEGER NOT NULL PRIMARY KEY,	-- from counters: rises, never repeats
	room_name	TEXT				-- whom it concerns: a room,
			CHECK (length(room_name) BETWEEN 1 AND 256),
	user_id		TEXT				-- or a person
			CHECK (length(user_id) = 36),
	type		TEXT NOT NULL			-- "chat.message", "stream.ended" …
			CHECK (length(type) BETWEEN 1 AND 64),
	data		TEXT NOT NULL			-- JSON
			CHECK (length(data) BETWEEN 2 AND 65536),
	at		INTEGER NOT NULL		-- when it happened
) STRICT;

-- The numbers given last.  A row each, raised in the transaction that uses it.
CREATE TABLE counters (
	name		TEXT NOT NULL PRIMARY KEY,	-- event, message, job
	value		INTEGER NOT NULL		-- the last one given
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('event', 0), ('message', 0), ('job', 0);

-- Webhooks seen, so that a repeat is known as one.
CREATE TABLE webhook_inbox (
	event_id	TEXT NOT NULL PRIMARY KEY	-- LiveKit's EV_ id
			CHECK (length(event_id) BETWEEN 1 AND 128),
	event		TEXT NOT NULL			-- its name: room_started …
			CHECK (length(event) <= 64),
	room_name	TEXT				-- the room it is about, ours or not; NULL: none
			CHECK (length(room_name) <= 512),
	created_at	INTEGER NOT NULL,		-- when it happened, says LiveKit
	received_at	INTEGER NOT NULL		-- when it came here
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_inbox_received ON webhook_inbox (received_at);

-- What must still be done elsewhere, written with its cause.  One pending job
-- per kind, room and identity: a newer one takes its place under a new id.
CREATE TABLE job (
	id		INTEGER NOT NULL PRIMARY KEY,	-- from counters; changes when the job is replaced
	kind		TEXT NOT NULL			-- "room.delete", "room.undo" …
			CHECK (length(kind) BETWEEN 1 AND 64),
	room_name	TEXT NOT NULL DEFAULT ''	-- '' where the job has none; the room may be gone
			CHECK (length(room_name) <= 256),
	identity	TEXT NOT NULL DEFAULT ''	-- '' where the job has none
			CHECK (length(identity) <= 512),
	payload		TEXT				-- JSON, or NULL
			CHECK (length(payload) <= 65536),
	not_before	INTEGER NOT NULL,		-- due from here on
	attempts	INTEGER NOT NULL DEFAULT 0	-- times it failed
			CHECK (attempts >= 0),
	created_at	INTEGER NOT NULL,		-- when it was put
	last_error	TEXT				-- why it failed last, cut to 500
			CHECK (length(last_error) <= 500),
	UNIQUE (kind, room_name, identity)
) STRICT;
CREATE INDEX job_due ON job (not_before, id);

-- Who does the background work now, and when that was last done.
CREATE TABLE lease (
	name		TEXT NOT NULL PRIMARY KEY	-- which work
			CHECK (length(name) BETWEEN 1 AND 64),
	holder		TEXT NOT NULL			-- random id of the process that has it
			CHECK (length(holder) BETWEEN 1 AND 128),
	expires_at	INTEGER NOT NULL,		-- free for anybody from here on
	last_at		INTEGER				-- a pass last ended; NULL: never
) STRICT, WITHOUT ROWID;
