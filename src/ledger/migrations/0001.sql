-- The tables of release 0.2.0.

-- The log. `card` is only a way to find a card's events: it is computed from the body.
CREATE TABLE events (
    seq   INTEGER PRIMARY KEY,
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    body  TEXT NOT NULL,
    prev  BLOB NOT NULL CHECK (length(prev) = 32),
    hash  BLOB NOT NULL CHECK (length(hash) = 32),
    card  TEXT GENERATED ALWAYS AS (json_extract(body, '$.card')) VIRTUAL
) STRICT;
CREATE INDEX events_of_card ON events (card, seq) WHERE card IS NOT NULL;
CREATE INDEX events_of_audit ON events (seq) WHERE json_extract(body, '$.kind') = 'audited';
CREATE INDEX events_of_scan ON events (actor, seq)
    WHERE json_extract(body, '$.kind') = 'card-scanned';

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_never_vanish BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER events_have_no_gap BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
BEGIN SELECT RAISE(ABORT, 'an event comes right after the last'); END;
CREATE TRIGGER events_are_chained BEFORE INSERT ON events
WHEN NEW.prev IS NOT coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'an event carries the hash of the last'); END;

-- Projections: what the events add up to. None is written but from an event.

-- What people decided, saw and took out, which is read newest first among millions of events of
-- cards.
CREATE TABLE trail (
    seq INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE drops (
    drop_id   TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    received  INTEGER NOT NULL,
    accepted  INTEGER NOT NULL,
    rejected  INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    problems  TEXT NOT NULL,
    at        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drops_by_name ON drops (name, at);

CREATE TABLE lots (
    lot    INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    layout TEXT NOT NULL,
    mode   TEXT NOT NULL,
    cards  INTEGER NOT NULL,
    pdf    TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    bytes  INTEGER NOT NULL,
    at     TEXT NOT NULL
) STRICT;

CREATE TABLE cards (
    card         INTEGER PRIMARY KEY,
    state        TEXT NOT NULL,
    reason       TEXT,
    kind         TEXT NOT NULL,
    lot          INTEGER REFERENCES lots (lot),
    position     INTEGER,
    nik_hash     TEXT NOT NULL,
    record_hash  TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    photo_hash   TEXT,
    request_hash TEXT,
    revisi       INTEGER NOT NULL,
    alasan       TEXT NOT NULL,
    npsn         TEXT,
    sekolah      TEXT,
    kelas        TEXT,
    kecamatan    TEXT NOT NULL,
    desa         TEXT NOT NULL,
    kode_wilayah TEXT,
    drop_id      TEXT NOT NULL,
    row          INTEGER,
    attempt      INTEGER NOT NULL,
    replaces     INTEGER REFERENCES cards (card),
    accepted_at  TEXT NOT NULL,
    moved_at     TEXT NOT NULL,
    printed_at   TEXT,
    erased_at    TEXT,
    code_hash    TEXT,
    -- The blanks it was booked from.
    media        TEXT,
    -- The minutes of its destruction.
    minutes      INTEGER REFERENCES destructions (minutes),
    -- The month in which it stops counting for its child. It names no day, so that no event tells
    -- a birthday, and it outlives the erasure of the record.
    expires      TEXT,
    -- When it came out of the printer, good or spoiled: its place in the register.
    out_at TEXT GENERATED ALWAYS AS
        (coalesce(printed_at, CASE state WHEN 'spoiled' THEN moved_at END)) VIRTUAL,
    -- A person cropped or replaced its photo: what the sender sent stays the content of the
    -- record, so that the same record again is still no news.
    photo_by_hand INTEGER NOT NULL DEFAULT 0,
    -- It is void and lies in the office still. One that a person said was lost does not.
    lies_here     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX one_live_card ON cards (nik_hash)
    WHERE state NOT IN ('spoiled', 'cancelled', 'void');
CREATE INDEX cards_of_nik ON cards (nik_hash, card);
CREATE INDEX cards_of_photo ON cards (photo_hash) WHERE photo_hash IS NOT NULL;
CREATE INDEX cards_in_state ON cards (state, kind, moved_at);
CREATE INDEX cards_of_row ON cards (drop_id, row);
CREATE INDEX cards_of_code ON cards (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX cards_without_code ON cards (card) WHERE code_hash IS NULL;
CREATE INDEX cards_to_destroy ON cards (card) WHERE state = 'spoiled' AND minutes IS NULL;
CREATE INDEX cards_lying_here ON cards (card) WHERE lies_here AND minutes IS NULL;
-- The cards still to be printed in their order.
CREATE INDEX cards_rendered ON cards (lot, position) WHERE state = 'rendered';
-- Reports, the register and the cards on hand are read from these indexes alone.
CREATE INDEX cards_out ON cards (out_at, lot, position, card, kind, state) WHERE out_at NOTNULL;
CREATE INDEX cards_by_place ON cards
    (kecamatan, desa, kode_wilayah, npsn, sekolah, expires, printed_at, state, moved_at)
    WHERE printed_at NOTNULL;
CREATE INDEX cards_expiring ON cards
    (expires, kind, npsn, sekolah, kecamatan, printed_at, state, moved_at)
    WHERE printed_at NOTNULL;
CREATE INDEX cards_on_hand ON cards (npsn, sekolah, kecamatan, desa, state)
    WHERE state IN ('verified', 'returned');

-- Which card lies where in a PDF, also after the card went elsewhere.
CREATE TABLE lot_cards (
    lot      INTEGER NOT NULL REFERENCES lots (lot),
    position INTEGER NOT NULL,
    card     INTEGER NOT NULL REFERENCES cards (card),
    PRIMARY KEY (lot, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX lots_of_card ON lot_cards (card, lot);

CREATE TABLE exceptions (
    rule     TEXT NOT NULL,
    nik_hash TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (rule, nik_hash)
) STRICT, WITHOUT ROWID;

-- Personal data; besides this table only `queue` holds any. A row outlives its erasure with
-- `record`, `photo` and `token` null and `name_key` empty, to keep the card's place in the order.
CREATE TABLE persons (
    card       INTEGER PRIMARY KEY REFERENCES cards (card),
    record     TEXT,
    photo      TEXT,
    token      TEXT UNIQUE,
    school_key TEXT NOT NULL,
    class_key  TEXT NOT NULL,
    name_key   TEXT NOT NULL
) STRICT;
CREATE INDEX persons_in_order ON persons (school_key, class_key, name_key, card);
CREATE INDEX persons_of_photo ON persons (photo) WHERE photo NOTNULL;
-- An erased name is in no index.
CREATE INDEX persons_by_name ON persons (name_key, card) WHERE name_key <> '';

-- The cards that are accepted, in the order in which lots take them.
CREATE TABLE queue (
    kind       TEXT NOT NULL,
    school_key TEXT NOT NULL,
    class_key  TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    card       INTEGER NOT NULL UNIQUE REFERENCES persons (card),
    PRIMARY KEY (kind, school_key, class_key, name_key, card)
) STRICT, WITHOUT ROWID;

-- Which printer takes the cards of a lot.
CREATE TABLE lot_printers (
    lot     INTEGER PRIMARY KEY REFERENCES lots (lot),
    printer TEXT NOT NULL
) STRICT;
CREATE INDEX lots_of_printer ON lot_printers (printer, lot);

CREATE TABLE jobs (
    job      TEXT PRIMARY KEY,
    card     INTEGER NOT NULL REFERENCES cards (card),
    printer  TEXT NOT NULL,
    media    TEXT NOT NULL,
    side     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    stage    TEXT NOT NULL,
    id       INTEGER,
    uuid     TEXT,
    uri      TEXT,
    reasons  TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    moved_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_begun ON jobs (printer, begun_at);
CREATE INDEX jobs_of_card ON jobs (card, side, stage);
CREATE UNIQUE INDEX one_open_job ON jobs (card) WHERE stage IN ('begun', 'created', 'sent');
CREATE INDEX jobs_done ON jobs (printer, moved_at) WHERE stage IN ('printed', 'spoiled');

-- When a person last turned the stack of a printer that cannot turn cards.
CREATE TABLE stacks (
    printer TEXT PRIMARY KEY,
    cards   INTEGER NOT NULL,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE printers (
    printer TEXT PRIMARY KEY,
    state   TEXT NOT NULL,
    reasons TEXT NOT NULL,
    message TEXT,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Scans that verified or refused, by their events.
CREATE TABLE scans (
    seq     INTEGER PRIMARY KEY,
    card    INTEGER REFERENCES cards (card),
    refusal TEXT,
    undone  INTEGER NOT NULL,
    at      TEXT NOT NULL
) STRICT;
CREATE INDEX scans_of_card ON scans (card, seq);

-- Which blank became which card, for ever.
CREATE TABLE serials (
    serial TEXT PRIMARY KEY,
    card   INTEGER NOT NULL UNIQUE REFERENCES cards (card),
    at     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The balance of each kind of blank, a row a day; the last one is open. A kind begins with its
-- first receipt: what was printed before is not booked.
CREATE TABLE stock_days (
    media       TEXT NOT NULL,
    day         INTEGER NOT NULL,
    opening     INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    returned    INTEGER NOT NULL,
    good        INTEGER NOT NULL,
    spoiled     INTEGER NOT NULL,
    test        INTEGER NOT NULL,
    lent        INTEGER NOT NULL,
    lent_out    INTEGER NOT NULL,
    faulty      INTEGER NOT NULL,
    begun_at    TEXT,
    date        TEXT,
    counted     INTEGER,
    explanation TEXT,
    second      TEXT,
    closed_seq  INTEGER,
    PRIMARY KEY (media, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_serials (
    first TEXT NOT NULL,
    last  TEXT NOT NULL,
    media TEXT NOT NULL,
    batch TEXT,
    PRIMARY KEY (first, last)
) STRICT, WITHOUT ROWID;

-- Ribbons on the shelf and prints left, the shelf's included.
CREATE TABLE ribbons (
    ribbon TEXT PRIMARY KEY,
    shelf  INTEGER NOT NULL,
    left   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE destructions (
    minutes   INTEGER PRIMARY KEY,
    cards     INTEGER NOT NULL,
    blanks    TEXT NOT NULL,
    witnesses TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    at        TEXT NOT NULL
) STRICT;

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

-- Uploaded batches that a supervisor approved because they carried no approval of their own.
CREATE TABLE batch_approvals (
    upload   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    records  INTEGER NOT NULL,
    approver TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Packs: the cards that go to one school. `destination` tells two schools apart; the counts say how
-- many cards are in the pack, are under way, arrived, and came back.
CREATE TABLE packs (
    pack        INTEGER PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE,
    destination TEXT NOT NULL,
    npsn        TEXT,
    sekolah     TEXT,
    kecamatan   TEXT,
    desa        TEXT,
    stage       TEXT NOT NULL,
    cards       INTEGER NOT NULL,
    outstanding INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    returned    INTEGER NOT NULL,
    made_at     TEXT NOT NULL,
    closed_seq  INTEGER,
    carrier     TEXT,
    shipment    TEXT,
    sent_on     TEXT,
    received_on TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_pack ON packs (destination) WHERE stage = 'open';
CREATE INDEX packs_under_way ON packs (sent_on) WHERE outstanding > 0;

-- Every card that ever lay in a pack, and how it left; no card lies in two.
CREATE TABLE pack_cards (
    pack        INTEGER NOT NULL REFERENCES packs (pack),
    card        INTEGER NOT NULL REFERENCES cards (card),
    moved       INTEGER NOT NULL,
    waived      INTEGER NOT NULL,
    unclaimed   INTEGER NOT NULL,
    put_at      TEXT NOT NULL,
    received_at TEXT,
    left_how    TEXT,
    left_why    TEXT,
    left_stage  TEXT,
    left_at     TEXT,
    PRIMARY KEY (pack, card)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_pack ON pack_cards (card) WHERE left_how IS NULL;
CREATE INDEX packs_of_card ON pack_cards (card, pack);

-- Scans of signed papers, in the folder of handovers.
CREATE TABLE pack_files (
    pack   INTEGER NOT NULL REFERENCES packs (pack),
    sha256 TEXT NOT NULL,
    name   TEXT NOT NULL,
    bytes  INTEGER NOT NULL,
    at     TEXT NOT NULL,
    PRIMARY KEY (pack, sha256)
) STRICT, WITHOUT ROWID;

-- The station's public keys, its signed checkpoints, restores from a backup, and purged PDFs.
CREATE TABLE signing_keys (
    public_key TEXT PRIMARY KEY,
    at         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    seq  INTEGER PRIMARY KEY,
    day  TEXT NOT NULL,
    -- Which of its day, from 1.
    part INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (day, part)
) STRICT;

-- Numbers up to these may have been given out after the backup was made.
CREATE TABLE restores (
    seq   INTEGER PRIMARY KEY,
    cards INTEGER NOT NULL,
    lots  INTEGER NOT NULL,
    at    TEXT NOT NULL,
    packs INTEGER,
    minutes INTEGER
) STRICT;

CREATE TABLE purged_lots (
    lot INTEGER PRIMARY KEY REFERENCES lots (lot),
    at  TEXT NOT NULL
) STRICT;
