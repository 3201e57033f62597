-- How a deletion is undone: before it is due, or from what was kept.

-- Who is blocked and hidden until they are deleted. Who asked for it and why is in the run.
CREATE TABLE scheduled_deletions (
  user_id text COLLATE "C" PRIMARY KEY,
  -- the tenant's origin
  tenant text NOT NULL,
  run_id uuid NOT NULL REFERENCES action_runs,
  email text,
  name text,
  -- to which a cancellation returns them
  was_blocked boolean NOT NULL,
  scheduled_at timestamptz(3) NOT NULL DEFAULT now(),
  due_at timestamptz(3) NOT NULL,
  -- what stood in the way when it was last tried: { code, message, at }
  problem jsonb,
  not_before timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX scheduled_deletions_due ON scheduled_deletions (due_at);
CREATE INDEX scheduled_deletions_newest ON scheduled_deletions (scheduled_at DESC, run_id DESC);

-- What was kept of users who are deleted. It is written before the tenant is asked, and counts once the run is done: a crash between the two loses
-- nobody and shows nobody as deleted who is not.
CREATE TABLE deleted_users (
  run_id uuid PRIMARY KEY REFERENCES action_runs,
  tenant text NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  email text,
  name text,
  deleted_at timestamptz(3) NOT NULL DEFAULT now(),
  purge_at timestamptz(3) NOT NULL,
  -- which key it takes to read it
  key_id text NOT NULL,
  -- AES-256-GCM: nonce (12 bytes), tag (16), what is needed to make the user again as JSON
  sealed bytea NOT NULL
);
CREATE INDEX deleted_users_of_user ON deleted_users (user_id, deleted_at DESC);
CREATE INDEX deleted_users_newest ON deleted_users (deleted_at DESC, run_id DESC);
CREATE INDEX deleted_users_purge ON deleted_users (purge_at);
