-- MACs of records, with a key that is not in the database: a row that was edited or added by hand is noticed when it is read.
-- Rows of earlier versions are signed in the transaction of this migration. Afterwards, a row without a MAC permits nothing.
ALTER TABLE grants ADD COLUMN last_receipt_id text;
-- Receipt ids end with the epoch, so of two ids of a grant the longer one is later.
UPDATE grants SET last_receipt_id = (SELECT r.receipt_id FROM receipts r WHERE r.grant_id = grants.grant_id
  ORDER BY length(r.receipt_id) DESC, r.receipt_id DESC LIMIT 1);
ALTER TABLE grants ADD COLUMN mac bytea;
ALTER TABLE subjects ADD COLUMN mac bytea;
ALTER TABLE consent_requests ADD COLUMN mac bytea;
ALTER TABLE privacy_links ADD COLUMN mac bytea;
ALTER TABLE registered_clients ADD COLUMN mac bytea;
ALTER TABLE events ADD COLUMN mac bytea;

-- A check value of each key that has signed rows: a node with another key does not start.
CREATE TABLE record_keys (
  version integer PRIMARY KEY,
  check_value bytea NOT NULL
);

-- The revocation log names no user: a revocation of a user becomes one of each grant of the user.
INSERT INTO revocations (kind, id, revoked_through, created_at)
  SELECT 'grantCredentials', CAST(g.grant_id AS text), r.revoked_through, r.created_at
  FROM revocations r JOIN grants g ON r.kind = 'user' AND r.id = g.wallet_id || '/' || g.user_id;
DELETE FROM revocations WHERE kind = 'user';
