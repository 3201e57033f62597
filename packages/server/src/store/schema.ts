import type {
  ActionPhase,
  ActionStep,
  FieldChange,
  ImportFindings,
  ImportFormat,
  ImportMode,
  ImportPhase,
  ImportRowState,
  JobPhase,
  JobPlan,
  JobUserState,
  UserImport,
} from '@rollcall/contracts/admin-api'
import type { ColumnType, Generated } from '@rollcall/database'

/** The tables of packages/server/migrations, as queries see them. Moments are Dates, JSON is read parsed and written as text. */
export interface RollcallSchema {
  users: UserTable
  user_search: { created_at: Date; user_id: string; txt: string }
  shared_emails: { email_key: string }
  user_count: { slot: number; users: number }
  departed_users: { user_id: string; reading: number; departed_at: Generated<Date> }
  roles: { role_id: string; name: string; description: string | null }
  organizations: { organization_id: string; name: string; display_name: string | null }
  user_roles: { role_id: string; user_id: string; reading: number }
  organization_members: { organization_id: string; user_id: string; reading: number }
  membership_readings: {
    kind: 'user-roles' | 'user-organizations' | 'role' | 'organization'
    id: string
    reading: number
    read_at: Generated<Date>
  }
  fill_seen: { user_id: string }
  directory_state: DirectoryStateTable
  pending: PendingTable
  activity: { day: string; kind: ActivityKind; connection: Generated<string>; total: number }
  user_days: { kind: 'sign-in' | 'failure'; day: string; user_id: string }
  views: ViewTable
  user_tags: { user_id: string; tag_key: string; tag: string }
  user_notes: NoteTable
  missing_users: { user_id: string; since: Generated<Date> }
  action_runs: ActionRunTable
  scheduled_deletions: ScheduledDeletionTable
  deleted_users: DeletedUserTable
  jobs: JobTable
  job_users: JobUserTable
  imports: ImportTable
  import_rows: { import_id: string; place: number; line: number; content: string | null; fault: string | null }
  import_users: ImportUserTable
  import_chunks: ImportChunkTable
  job_schedules: JobScheduleTable
  job_workers: { worker: string; seen_at: Generated<Date> }
  audit_log: { seq: number; at: Date; entry: Record<string, unknown>; hash: Buffer }
  audit_head: { seq: number; at: Date; hash: Buffer }
}

export type ActivityKind = 'sign-up' | 'sign-in' | 'failure' | 'active'

type Json<Read> = ColumnType<Read, string, string>

export interface UserTable {
  user_id: string
  email: string | null
  email_verified: boolean
  name: string | null
  nickname: string | null
  username: string | null
  given_name: string | null
  family_name: string | null
  phone_number: string | null
  phone_verified: boolean
  picture: string | null
  connection: string | null
  blocked: boolean
  mfa: boolean
  created_at: Date
  updated_at: Date
  last_login: Date | null
  last_ip: string | null
  logins_count: number
  last_password_reset: Date | null
  identities: Json<{ provider: string; user_id: string; connection: string; isSocial?: boolean }[]>
  user_metadata: Json<Record<string, unknown>>
  app_metadata: Json<Record<string, unknown>>
  name_key: string | null
  email_key: string | null
  reading: number
}

interface DirectoryStateTable {
  id: Generated<boolean>
  tenant: string | null
  checkpoint: string | null
  fill: ColumnType<FillProgress | null, string | null, string | null>
  filled_at: Date | null
  members_at: Date | null
  followed_at: Date | null
  problem: ColumnType<{ code: string; message: string; at: string } | null, string | null, string | null>
}

/** An export of the tenant on its way into the directory. */
export interface FillProgress {
  jobId: string
  reading: number
  /** ISO 8601. */
  startedAt: string
  /** Of the export, already in; where a fill that was interrupted goes on. */
  lines: number
  /** How many there will be, as far as the tenant said. */
  users: number | null
  rowsPerSecond: number
  /** What was pending up to here when the export was asked for is answered by it. */
  noted: number
}

export type PendingKind =
  'user' | 'user-roles' | 'user-organizations' | 'role' | 'organization' | 'roles' | 'organizations' | 'fill'

interface PendingTable {
  kind: PendingKind
  id: string
  noted: number
  since: Date
  attempts: Generated<number>
  not_before: Generated<Date>
  awaits_log: Generated<boolean>
}

interface ActionRunTable {
  run_id: string
  seq: Generated<number>
  action: string
  user_id: string
  actor_id: string
  phase: ActionPhase
  reason: string | null
  origin: Json<RunOrigin>
  before: Json<Record<string, unknown>>
  wanted: Json<Record<string, unknown>>
  changes: ColumnType<FieldChange[], string | undefined, string>
  failure: ColumnType<RunFailure | null, string | null | undefined, string | null>
  steps: Json<RunStep[]>
  undo: Json<UndoPlan>
  undo_of: string | null
  idempotency_key: string | null
  request_hash: string | null
  started_at: Generated<Date>
  ended_at: ColumnType<Date | null, Date | undefined, Date>
  lease_until: Date
}

/** From where and by what a run was asked for. */
export interface RunOrigin {
  actorKind: 'person' | 'program'
  ip: string | null
  userAgent: string | null
  requestId: string | null
  /** The tenant's origin. */
  tenant: string
  /** Whom it concerns as well. */
  otherUserId?: string
  /** The job it is a part of. */
  jobId?: string
}

export interface RunFailure {
  status: number
  code: string
  message: string
}

/** One of the things that a run does one after the other, each whether or not the others go well. */
export interface RunStep {
  step: string
  /** Those of the wanted fields that it is to change. */
  fields: string[]
  result: ActionStep['result']
  problem: { code: string; message: string } | null
  /** After it no access token is issued any more, and those issued before live for so long; null: that is not known. */
  tokensLiveSeconds?: number | null
}

/** The action that puts back what another did, or why there is none. */
export type UndoPlan = { action: string; params: Record<string, unknown> } | { why: string }

interface NoteTable {
  note_id: Generated<string>
  user_id: string
  author_id: string
  text: string
  txt: string
  created_at: Generated<Date>
  edited_at: ColumnType<Date | null, undefined, Date>
}

interface ScheduledDeletionTable {
  user_id: string
  tenant: string
  run_id: string
  email: string | null
  name: string | null
  was_blocked: boolean
  scheduled_at: Generated<Date>
  due_at: Date
  problem: ColumnType<{ code: string; message: string; at: string } | null, string | null | undefined, string | null>
  not_before: Generated<Date>
}

interface DeletedUserTable {
  run_id: string
  tenant: string
  user_id: string
  email: string | null
  name: string | null
  deleted_at: Generated<Date>
  purge_at: Date
  key_id: string
  /** Absent: they were deleted. */
  linked_to: string | null
  sealed: Buffer
}

interface ViewTable {
  id: Generated<string>
  name: string
  owner_id: string
  is_shared: Generated<boolean>
  filter: string
  sort: string
  columns: string[]
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

/** To whom a job is done, as it was asked for; a view is kept as the filter it had. */
export type KeptSelection =
  | { kind: 'filter'; filter: string; except: string[]; viewId?: string }
  | { kind: 'list'; entries: string[] }
  | { kind: 'recycle-bin'; search: string }
  | { kind: 'undo' }

export interface JobProblem {
  code: string
  message: string
  /** ISO 8601. */
  at: string
}

/** What a second person was asked, and said. */
export interface JobApproval {
  /** ISO 8601: when the request lapses. */
  until: string
  byId: string | null
  at: string | null
  isGiven: boolean | null
  comment: string | null
}

interface JobTable {
  job_id: string
  seq: Generated<number>
  tenant: string
  action: string
  params: Json<Record<string, unknown>>
  selection: Json<KeptSelection>
  reason: string | null
  actor_id: string
  permissions: string[]
  origin: Json<RunOrigin>
  phase: Generated<JobPhase>
  speed: Generated<number>
  users: Generated<number>
  done: Generated<number>
  failed: Generated<number>
  excluded: Generated<number>
  looked_at: Generated<number>
  plan: ColumnType<JobPlan | null, string | null | undefined, string | null>
  unmatched: ColumnType<{ entry: string; why: 'nobody' | 'several' }[], string | undefined, string>
  problem: ColumnType<JobProblem | null, string | null | undefined, string | null>
  worker: string | null
  created_at: Generated<Date>
  planned_at: ColumnType<Date | null, undefined, Date>
  started_at: ColumnType<Date | null, undefined, Date>
  ended_at: ColumnType<Date | null, undefined, Date | null>
  resumed_at: ColumnType<Date | null, undefined, Date>
  ended_before: Generated<number>
  approval: ColumnType<JobApproval | null, string | null | undefined, string | null>
  undo_of: string | null
  schedule_id: string | null
}

export interface JobScheduleTable {
  schedule_id: string
  tenant: string
  name: string
  action: string
  params: Json<Record<string, unknown>>
  filter: string
  reason: string | null
  every: 'day' | 'week' | 'month'
  next_at: Date
  is_paused: Generated<boolean>
  problem: ColumnType<JobProblem | null, string | null | undefined, string | null>
  actor_id: string
  permissions: string[]
  origin: Json<RunOrigin>
  created_at: Generated<Date>
}

export interface JobUserTable {
  job_id: string
  place: number
  user_id: string
  state: Generated<JobUserState>
  worker: string | null
  attempt: Generated<number>
  not_before: Date | null
  code: string | null
  message: string | null
  run_id: string | null
  undo_of: string | null
  ended_at: Date | null
}

interface ImportTable {
  import_id: string
  seq: Generated<number>
  tenant: string
  actor_id: string
  origin: Json<RunOrigin>
  file_name: string
  format: ImportFormat
  bytes: number
  connection_id: string
  connection: string
  mode: ImportMode
  columns: Json<UserImport['columns']>
  phase: Generated<ImportPhase>
  plan_no: Generated<number>
  rows: number
  looked: Generated<number>
  invalid: Generated<number>
  skipped: Generated<number>
  to_create: Generated<number>
  to_update: Generated<number>
  done: Generated<number>
  failed: Generated<number>
  unknown: Generated<number>
  created: Generated<number>
  updated: Generated<number>
  findings: ColumnType<ImportFindings | null, string | null | undefined, string | null>
  problem: ColumnType<JobProblem | null, string | null | undefined, string | null>
  is_wiped: Generated<boolean>
  created_at: Generated<Date>
  started_at: ColumnType<Date | null, undefined, Date>
  ended_at: ColumnType<Date | null, undefined, Date>
  resumed_at: ColumnType<Date | null, undefined, Date>
  ended_before: Generated<number>
}

export interface ImportUserTable {
  import_id: string
  place: number
  line: number
  state: ImportRowState
  email: string | null
  email_key: string | null
  username: string | null
  user_id: string | null
  new_id: string | null
  there_id: string | null
  content: string | null
  code: string | null
  message: string | null
}

interface ImportChunkTable {
  import_id: string
  chunk: number
  first_place: number
  last_place: number
  users: number
  state: Generated<'sending' | 'sent' | 'settled'>
  attempts: Generated<number>
  job_id: string | null
  first_sent_at: ColumnType<Date | null, undefined, Date>
}
