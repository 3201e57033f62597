-- A schedule can stand still for a while, and says why its last dry run was left out: { code, message, at }.
ALTER TABLE job_schedules ADD COLUMN is_paused boolean NOT NULL DEFAULT false;
ALTER TABLE job_schedules ADD COLUMN problem jsonb;
