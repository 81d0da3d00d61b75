-- 0003: rooms of people.  Source rooms, classes with their members, workspaces
-- with voice channels, recordings, and how good the calls are.

-- What people call the room; NULL: its name.
ALTER TABLE rooms ADD COLUMN display_name TEXT
	CHECK (length(display_name) BETWEEN 1 AND 200);
-- A room of kind source ends by itself then, as its source is away or nobody
-- came; NULL: somebody is there, or it is over.
ALTER TABLE rooms ADD COLUMN lapses_at INTEGER;
-- People in the room now, a copy written with presence.
ALTER TABLE rooms ADD COLUMN people_count INTEGER NOT NULL DEFAULT 0
	CHECK (people_count >= 0);
CREATE INDEX rooms_open_kind ON rooms (kind, created_at, name)
	WHERE state = 'open';
CREATE INDEX rooms_owner ON rooms (owner_id, kind, created_at);
CREATE INDEX rooms_lapses ON rooms (lapses_at) WHERE lapses_at IS NOT NULL;

-- Which life of a room is the present one.
CREATE INDEX room_sessions_open ON room_sessions (room_name, started_at)
	WHERE finished_at IS NULL;

-- Pins of one type, however many there are of the others.
CREATE INDEX live_messages_pinned_type ON live_messages (room_name, type, seq)
	WHERE is_pinned = 1;

-- Who belongs to a room: members of a class, and who was ever let into a source
-- room (as participant).  The owner of a class is its teacher by this, too.
CREATE TABLE room_members (
	room_name	TEXT NOT NULL REFERENCES rooms (name) ON DELETE CASCADE,	-- which room
	user_id		TEXT NOT NULL REFERENCES users (id),	-- who that is
	role		TEXT NOT NULL			-- the most this person may ask for
			CHECK (role IN ('teacher', 'participant', 'student')),
	asked_role	TEXT				-- what they asked to be last; NULL: that
			CHECK (asked_role IN ('teacher', 'participant', 'student')),
	can_publish	INTEGER				-- what a teacher decided; NULL: as the role says
			CHECK (can_publish IN (0, 1)),
	hand_raised_at	INTEGER,			-- asks to speak since then; NULL: does not
	created_at	INTEGER NOT NULL,		-- member since
	PRIMARY KEY (room_name, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_members_user ON room_members (user_id, created_at, room_name);

-- Somebody was put out of a room and may not come back for a while.
CREATE TABLE room_removals (
	room_name	TEXT NOT NULL REFERENCES rooms (name) ON DELETE CASCADE,	-- of which room
	identity	TEXT NOT NULL			-- who, as LiveKit knows them
			CHECK (length(identity) BETWEEN 1 AND 512),
	until		INTEGER NOT NULL,		-- kept out until then
	PRIMARY KEY (room_name, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_removals_until ON room_removals (until);

-- A tenant: people and their voice channels, invisible to everybody else.
CREATE TABLE workspaces (
	id		TEXT NOT NULL PRIMARY KEY	-- UUID
			CHECK (length(id) = 36),
	name		TEXT NOT NULL			-- as its owner named it
			CHECK (length(name) BETWEEN 1 AND 100),
	owner_id	TEXT NOT NULL REFERENCES users (id),	-- exactly one
	created_at	INTEGER NOT NULL,		-- when it was made
	deleted_at	INTEGER				-- NULL: not
) STRICT, WITHOUT ROWID;
CREATE INDEX workspaces_owner ON workspaces (owner_id, created_at, id)
	WHERE deleted_at IS NULL;

-- Who is in a workspace; nobody is in one that was deleted.
CREATE TABLE workspace_members (
	workspace_id	TEXT NOT NULL REFERENCES workspaces (id),	-- in which one
	user_id		TEXT NOT NULL REFERENCES users (id),	-- who that is
	role		TEXT NOT NULL			-- what they may do there
			CHECK (role IN ('owner', 'admin', 'member')),
	created_at	INTEGER NOT NULL,		-- member since
	PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX workspace_members_user
	ON workspace_members (user_id, created_at, workspace_id);

-- A voice channel.  Its room is "voice-" + id.
CREATE TABLE voice_channels (
	id		TEXT NOT NULL PRIMARY KEY	-- UUID
			CHECK (length(id) = 36),
	workspace_id	TEXT NOT NULL REFERENCES workspaces (id),	-- of which workspace
	name		TEXT NOT NULL			-- as it is shown
			CHECK (length(name) BETWEEN 1 AND 100),
	sources		TEXT NOT NULL			-- what may be published: names separated by spaces
			CHECK (length(sources) BETWEEN 1 AND 100),
	created_at	INTEGER NOT NULL,		-- when it was made
	deleted_at	INTEGER				-- NULL: not
) STRICT, WITHOUT ROWID;
CREATE INDEX voice_channels_there ON voice_channels (workspace_id, created_at, id)
	WHERE deleted_at IS NULL;
CREATE INDEX voice_channels_workspace ON voice_channels (workspace_id);

-- A recording, from the wish for it to the file.
CREATE TABLE recordings (
	id		TEXT NOT NULL PRIMARY KEY	-- UUID
			CHECK (length(id) = 36),
	room_name	TEXT NOT NULL REFERENCES rooms (name),	-- of what
	room_sid	TEXT NOT NULL DEFAULT ''	-- in which life of the room; '' while unknown
			CHECK (length(room_sid) <= 128),
	egress_id	TEXT UNIQUE			-- LiveKit's EG_ id; NULL before it answered
			CHECK (length(egress_id) BETWEEN 1 AND 128),
	status		TEXT NOT NULL			-- how far it is
			CHECK (status IN ('starting', 'recording', 'processing', 'complete', 'failed')),
	is_stop_wanted	INTEGER NOT NULL DEFAULT 0	-- somebody stopped it
			CHECK (is_stop_wanted IN (0, 1)),
	started_by	TEXT NOT NULL REFERENCES users (id),	-- who asked for it
	created_at	INTEGER NOT NULL,		-- when that was
	started_at	INTEGER NOT NULL,		-- the same, then when LiveKit began
	ended_at	INTEGER,			-- nothing more is recorded since; NULL: it is
	participants	TEXT NOT NULL			-- identities in the room at the start, a JSON array
			CHECK (length(participants) BETWEEN 2 AND 65536),
	object_key	TEXT				-- name of the file at its place; NULL: none yet
			CHECK (length(object_key) BETWEEN 1 AND 1024),
	is_s3		INTEGER NOT NULL DEFAULT 0	-- the place is S3, else the egress host's disk
			CHECK (is_s3 IN (0, 1)),
	location	TEXT				-- where the file is, as told; NULL: no file
			CHECK (length(location) BETWEEN 1 AND 2048),
	file_size	INTEGER,			-- bytes; NULL: unknown
	duration_ms	INTEGER,			-- NULL: unknown
	error		TEXT				-- why it failed; NULL: it did not
			CHECK (length(error) BETWEEN 1 AND 500)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX recordings_running ON recordings (room_name)
	WHERE status IN ('starting', 'recording');
CREATE INDEX recordings_room ON recordings (room_name, created_at, id);
CREATE INDEX recordings_starter ON recordings (started_by, created_at, id);
CREATE INDEX recordings_unfinished ON recordings (created_at, id)
	WHERE status IN ('starting', 'recording', 'processing');
CREATE INDEX recordings_unfinished_room ON recordings (room_name)
	WHERE status IN ('starting', 'recording', 'processing');
-- Among these are those of which nothing was heard from LiveKit.
CREATE INDEX recordings_unheard ON recordings (created_at)
	WHERE status IN ('starting', 'processing');

-- How good somebody's connection was during 10 seconds, a minute or an hour.
-- Sums and counts, so that adding rows together makes a row of a longer time, and
-- any mean can be read from any of them.
CREATE TABLE metric_samples (
	room_name	TEXT NOT NULL REFERENCES rooms (name) ON DELETE CASCADE,	-- in which room
	span_ms		INTEGER NOT NULL		-- of so long a time
			CHECK (span_ms IN (10000, 60000, 3600000)),
	at		INTEGER NOT NULL		-- when that began: a multiple of it
			CHECK (at % span_ms = 0),
	identity	TEXT NOT NULL			-- of whom
			CHECK (length(identity) BETWEEN 1 AND 512),
	last_at		INTEGER NOT NULL,		-- when the latest was measured
	samples		INTEGER NOT NULL,		-- "stats" added together
	up_bps		INTEGER NOT NULL,		-- their sum, bit/s sent
	down_bps	INTEGER NOT NULL,		-- sum, bit/s received
	sent		INTEGER NOT NULL,		-- packets
	received	INTEGER NOT NULL,		-- packets
	lost		INTEGER NOT NULL,		-- packets
	latency_us	INTEGER NOT NULL,		-- sum, round trip
	latency_max_us	INTEGER NOT NULL,		-- the worst
	jitters		INTEGER NOT NULL,		-- how many told jitter
	jitter_us	INTEGER NOT NULL,		-- sum of theirs
	excellent	INTEGER NOT NULL,		-- times "connectionQuality" was excellent
	good		INTEGER NOT NULL,		-- times it was good
	poor		INTEGER NOT NULL,		-- times it was poor
	lost_quality	INTEGER NOT NULL,		-- times it was lost
	errors		INTEGER NOT NULL,		-- "clientError"
	last_error	TEXT				-- "{ms since 1970} {message}" of the latest, so that the greater text is the later one
			CHECK (length(last_error) <= 520),
	PRIMARY KEY (room_name, span_ms, at, identity)
) STRICT, WITHOUT ROWID;
-- In which rooms somebody was, for what is kept of them there.
CREATE INDEX presence_past ON presence (identity, room_name)
	WHERE left_at IS NOT NULL;
