-- One UPDATE would have ended the suspension of a stolen key. Rows of earlier versions are signed in the transaction of this migration.
ALTER TABLE operator_actions ADD COLUMN mac bytea;
