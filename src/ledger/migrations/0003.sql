-- Who may do what. Passwords and sessions are no projections: the log never holds them.
CREATE TABLE accounts (
    user       TEXT PRIMARY KEY,
    role       TEXT NOT NULL,
    active     INTEGER NOT NULL,
    made_at    TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    user     TEXT PRIMARY KEY REFERENCES accounts (user),
    password TEXT NOT NULL,
    set_at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A session is found by the hash of its token; who reads the database cannot take one over.
CREATE TABLE sessions (
    token    TEXT PRIMARY KEY,
    user     TEXT NOT NULL REFERENCES accounts (user),
    client   TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    seen_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user);
