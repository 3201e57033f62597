-- Who a kept account was linked to: it is there in the tenant, as an identity of theirs. Absent: the account was deleted.
ALTER TABLE deleted_users ADD COLUMN linked_to text COLLATE "C";

-- An action that concerns two users is found under both.
CREATE INDEX audit_log_other_subject ON audit_log ((entry->>'otherSubjectId') COLLATE "C", seq DESC) WHERE entry->>'otherSubjectId' IS NOT NULL;
