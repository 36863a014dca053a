-- The cards on hand, counted by where they go from this index alone.
CREATE INDEX cards_on_hand ON cards (npsn, sekolah, kecamatan, desa, state)
    WHERE state IN ('verified', 'returned');
