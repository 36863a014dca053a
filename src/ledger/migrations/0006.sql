-- The month in which a card stops counting for its child. It names no day, so that no event tells
-- a birthday, and it outlives the erasure of the record. The first cards lack it.
ALTER TABLE cards ADD COLUMN expires TEXT;

-- When a card came out of the printer, good or spoiled: its place in the register.
ALTER TABLE cards ADD COLUMN out_at TEXT GENERATED ALWAYS AS
    (coalesce(printed_at, CASE state WHEN 'spoiled' THEN moved_at END)) VIRTUAL;
CREATE INDEX cards_out ON cards (out_at, lot, position, card, kind, state) WHERE out_at NOTNULL;

-- Reports read these indexes alone: no row of a card is fetched.
CREATE INDEX cards_by_place ON cards
    (kecamatan, desa, kode_wilayah, npsn, sekolah, expires, printed_at, state, moved_at)
    WHERE printed_at NOTNULL;
CREATE INDEX cards_expiring ON cards
    (expires, kind, npsn, sekolah, kecamatan, printed_at, state, moved_at)
    WHERE printed_at NOTNULL;

-- Searching by name; an erased name is in no index.
CREATE INDEX persons_by_name ON persons (name_key, card) WHERE name_key <> '';
