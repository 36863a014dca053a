-- A photo that a person cropped or replaced before printing: what the sender sent stays the
-- content of the record, so that the same record again is still no news.
ALTER TABLE cards ADD COLUMN photo_by_hand INTEGER NOT NULL DEFAULT 0;
