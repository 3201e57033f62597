-- What staff do to users: each doing is a run, and the audit log tells of it in two entries that nobody can change.

CREATE TABLE action_runs (
  run_id uuid PRIMARY KEY,
  -- the order of the runs; of one user's, the newest is the state that others start from
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  action text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  phase text NOT NULL CHECK (phase IN ('started', 'done', 'failed', 'not-begun')),
  reason text,
  -- what its audit entries have in common: { actorKind, ip, userAgent, requestId, tenant }
  origin jsonb NOT NULL,
  -- fields of the user before it, and as it wants them: how a run that was interrupted ended is seen by comparing with the tenant
  before jsonb NOT NULL,
  wanted jsonb NOT NULL,
  -- [{ field, before, after }], as the tenant has it afterwards
  changes jsonb NOT NULL DEFAULT '[]',
  -- { status, code, message } for the caller
  failure jsonb,
  -- { action, params } that puts it back; null: nothing does
  undo jsonb,
  undo_of uuid REFERENCES action_runs,
  idempotency_key text COLLATE "C",
  -- SHA-256 of what was asked with the key
  request_hash text COLLATE "C",
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3),
  -- renewed while its server is at work; when it has lapsed, the run belongs to whoever settles it
  lease_until timestamptz NOT NULL
);
-- One at a time for each user: what a run starts from stays true until the tenant has answered.
CREATE UNIQUE INDEX action_runs_under_way ON action_runs (user_id) WHERE phase = 'started';
CREATE UNIQUE INDEX action_runs_once ON action_runs (actor_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX action_runs_undone_once ON action_runs (undo_of) WHERE undo_of IS NOT NULL AND phase IN ('started', 'done');
CREATE INDEX action_runs_of_user ON action_runs (user_id, seq DESC);

-- `hash` is SHA-256 over the text `<hash before, in hexadecimal> <seq> <at in ms> <entry>`. The entry's text is kept to the letter (json, not jsonb), and
-- what is searched for is read from it: no second place could say something else.
CREATE TABLE audit_log (
  seq bigint PRIMARY KEY,
  -- never before that of the entry before
  at timestamptz(3) NOT NULL,
  entry json NOT NULL,
  hash bytea NOT NULL
);
CREATE INDEX audit_log_at ON audit_log (at, seq);
CREATE INDEX audit_log_subject ON audit_log ((entry->>'subjectId') COLLATE "C", seq DESC);
CREATE INDEX audit_log_actor ON audit_log ((entry->>'actorId') COLLATE "C", seq DESC);
CREATE INDEX audit_log_action ON audit_log ((entry->>'action') COLLATE "C", seq DESC);
CREATE INDEX audit_log_reason ON audit_log USING gin ((entry->>'reason') public.gin_trgm_ops) WHERE entry->>'reason' IS NOT NULL;

-- The newest entry. Kept apart, so that entries missing at the end are noticed; and what appends wait for each other at.
CREATE TABLE audit_head (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  seq bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  hash bytea NOT NULL
) WITH (fillfactor = 10);
INSERT INTO audit_head (seq, at, hash) VALUES (0, '-infinity', '\x0000000000000000000000000000000000000000000000000000000000000000');

-- The one way in. The head's row is locked for this statement and the commit, so it comes last in a transaction. Whoever may call it needs no
-- right to the tables themselves: it runs as their owner.
CREATE FUNCTION append_audit(entry text) RETURNS bigint LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
  WITH head AS (
    UPDATE audit_head SET
      seq = seq + 1,
      at = greatest(at, clock.now),
      hash = sha256(convert_to(concat_ws(' ',
        encode(hash, 'hex'), seq + 1, round(extract(epoch FROM greatest(at, clock.now)) * 1000), $1), 'UTF8'))
    FROM (SELECT clock_timestamp()::timestamptz(3) AS now) AS clock
    RETURNING seq, at, hash
  )
  INSERT INTO audit_log (seq, at, entry, hash) SELECT head.seq, head.at, $1::json, head.hash FROM head RETURNING seq;
END;
REVOKE EXECUTE ON FUNCTION append_audit FROM PUBLIC;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit log is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
-- also in a session that plays the part of a replica
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_is_kept;
