-- Uploaded batches that a supervisor approved because they carried no approval of their own.
CREATE TABLE batch_approvals (
    upload   TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    records  INTEGER NOT NULL,
    approver TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
