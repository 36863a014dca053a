-- Programs that send records. What proves one is no projection: the log never holds it.
CREATE TABLE senders (
    sender     TEXT PRIMARY KEY,
    active     INTEGER NOT NULL,
    made_at    TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A sender is found by the hash of its token; who reads the database cannot send with it.
CREATE TABLE sender_tokens (
    token  TEXT PRIMARY KEY,
    sender TEXT NOT NULL UNIQUE REFERENCES senders (sender),
    set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which drop a request became. Its name is a keyed hash of all that was sent, so that the same
-- request with another content shows.
CREATE TABLE submissions (
    sender       TEXT NOT NULL REFERENCES senders (sender),
    request_hash TEXT NOT NULL,
    revisi       INTEGER NOT NULL,
    submission   TEXT NOT NULL UNIQUE,
    at           TEXT NOT NULL,
    PRIMARY KEY (sender, request_hash, revisi)
) STRICT, WITHOUT ROWID;

CREATE INDEX drops_by_name ON drops (name, at);
