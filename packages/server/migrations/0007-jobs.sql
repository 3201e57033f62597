-- One action, done to many users: a job, and a row for each user it is done to. What happens to each user is a run like any other
-- (action_runs), under a key that the job gives it, so nothing is done twice however often a server dies.

-- Servers that work on jobs. What one has in hand that is not heard of any more is taken over by the others.
CREATE TABLE job_workers (
  worker uuid PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);

-- Dry runs that are made again and again. What they find is done when somebody starts it, and never by itself.
CREATE TABLE job_schedules (
  schedule_id uuid PRIMARY KEY,
  tenant text NOT NULL,
  name text NOT NULL,
  action text COLLATE "C" NOT NULL,
  params jsonb NOT NULL,
  filter text NOT NULL,
  reason text,
  every text NOT NULL CHECK (every IN ('day', 'week', 'month')),
  next_at timestamptz(3) NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  permissions text[] NOT NULL,
  origin jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX job_schedules_due ON job_schedules (next_at);

CREATE TABLE jobs (
  job_id uuid PRIMARY KEY,
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
  -- the tenant's origin
  tenant text NOT NULL,
  action text COLLATE "C" NOT NULL,
  params jsonb NOT NULL,
  -- { kind: 'filter', filter, except } | { kind: 'list', entries } | { kind: 'recycle-bin', search } | { kind: 'undo' }
  selection jsonb NOT NULL,
  reason text,
  actor_id text COLLATE "C" NOT NULL,
  -- what the actor might do when they asked for it: no more is done in their name
  permissions text[] NOT NULL,
  -- what its audit entries have in common: { actorKind, ip, userAgent, requestId, tenant }
  origin jsonb NOT NULL,
  phase text NOT NULL DEFAULT 'planning' CHECK (phase IN
    ('planning', 'planned', 'waiting-for-approval', 'running', 'paused', 'done', 'cancelled', 'failed')),
  -- per cent of the rate that the tenant permits
  speed smallint NOT NULL DEFAULT 100,
  users integer NOT NULL DEFAULT 0,
  done integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  excluded integer NOT NULL DEFAULT 0,
  -- how many the dry run has looked at
  looked_at integer NOT NULL DEFAULT 0,
  plan jsonb,
  -- [{ entry, why }]
  unmatched jsonb NOT NULL DEFAULT '[]',
  -- why it stands still: { code, message, at }
  problem jsonb,
  -- who plans it
  worker uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  planned_at timestamptz(3),
  started_at timestamptz(3),
  ended_at timestamptz(3),
  -- how fast it goes is told since it last began, and by how many had ended then
  resumed_at timestamptz(3),
  ended_before integer NOT NULL DEFAULT 0,
  -- { until, byId, at, isGiven, comment }; null: nobody has been asked
  approval jsonb,
  undo_of uuid REFERENCES jobs,
  schedule_id uuid REFERENCES job_schedules ON DELETE SET NULL
);
CREATE INDEX jobs_newest ON jobs (tenant, seq DESC);
CREATE INDEX jobs_of_schedule ON jobs (schedule_id, seq DESC) WHERE schedule_id IS NOT NULL;
CREATE INDEX jobs_at_work ON jobs (phase) WHERE phase IN ('planning', 'running', 'waiting-for-approval');
CREATE UNIQUE INDEX jobs_undone_once ON jobs (undo_of) WHERE undo_of IS NOT NULL AND phase <> 'cancelled' AND phase <> 'failed';

CREATE TABLE job_users (
  job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  place integer NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'working', 'done', 'failed', 'excluded')),
  worker uuid,
  -- counts up when it is tried anew: each attempt is a run of its own
  attempt smallint NOT NULL DEFAULT 0,
  not_before timestamptz,
  code text COLLATE "C",
  message text,
  run_id uuid,
  -- the run that is to be undone
  undo_of uuid,
  ended_at timestamptz(3),
  PRIMARY KEY (job_id, place)
);
CREATE UNIQUE INDEX job_users_once ON job_users (job_id, user_id);
CREATE INDEX job_users_open ON job_users (job_id, place) WHERE state IN ('waiting', 'working');
-- "Show me the failed": of those there should be few.
CREATE INDEX job_users_failed ON job_users (job_id, state, place) WHERE state IN ('failed', 'excluded');
