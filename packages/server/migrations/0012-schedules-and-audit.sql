-- A schedule can stand still for a while, and says why its last dry run was left out: { code, message, at }.
ALTER TABLE job_schedules ADD COLUMN is_paused boolean NOT NULL DEFAULT false;
ALTER TABLE job_schedules ADD COLUMN problem jsonb;

-- What one job did, and what belongs to one run. Where the log has been given to a role of its own, only that role makes indexes: docs/audit.md.
DO $$
BEGIN
  CREATE INDEX audit_log_job ON audit_log ((entry->>'jobId') COLLATE "C", seq DESC) WHERE entry->>'jobId' IS NOT NULL;
  CREATE INDEX audit_log_run ON audit_log ((entry->>'runId') COLLATE "C");
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'The audit log belongs to another role, so it has no index of jobs and runs yet.';
END $$;
