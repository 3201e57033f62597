-- What staff say of users. It is not the tenant's, so no fill makes it again: kept by the user's id, whoever is in the directory at the moment.

CREATE TABLE user_tags (
  user_id text COLLATE "C" NOT NULL,
  -- folded (foldText): one tag, however it is written
  tag_key text COLLATE "C" NOT NULL,
  tag text NOT NULL,
  PRIMARY KEY (user_id, tag_key)
);
CREATE INDEX user_tags_of_tag ON user_tags (tag_key, user_id);

CREATE TABLE user_notes (
  note_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id text COLLATE "C" NOT NULL,
  author_id text COLLATE "C" NOT NULL,
  text text NOT NULL,
  -- the same, folded: what is searched
  txt text COLLATE "C" NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  edited_at timestamptz(3)
);
CREATE INDEX user_notes_of_user ON user_notes (user_id, created_at DESC, note_id);
CREATE INDEX user_notes_trigrams ON user_notes USING gin (txt public.gin_trgm_ops);

-- Whose notes and tags are here while they themselves are not, and since when that was seen.
CREATE TABLE missing_users (
  user_id text COLLATE "C" PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);
