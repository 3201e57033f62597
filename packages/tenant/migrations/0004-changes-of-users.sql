-- Whoever keeps a copy of the users follows the log. A change and its entry are stored one after the other, and a process can die in between, so
-- each change leaves a row here in its own transaction; the first entry that names the user takes it away again.
CREATE TABLE unlogged_changes (
  user_id text COLLATE "C" NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX unlogged_changes_of_user ON unlogged_changes (user_id);

CREATE FUNCTION note_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unlogged_changes (user_id) VALUES (coalesce(NEW.user_id, OLD.user_id));
  IF TG_OP = 'UPDATE' AND NEW.user_id <> OLD.user_id THEN
    INSERT INTO unlogged_changes (user_id) VALUES (OLD.user_id);
  END IF;
  RETURN NULL;
END $$;

-- What changes everybody at once says so in one entry, and sets rollcall.bulk for as long.
CREATE TRIGGER users_note_change AFTER INSERT OR DELETE ON users FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change();
CREATE TRIGGER users_note_update AFTER UPDATE ON users FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_user_change();
CREATE TRIGGER identities_note_change AFTER INSERT OR DELETE ON identities FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change();
-- A password is seen by nobody.
CREATE TRIGGER identities_note_update AFTER UPDATE ON identities FOR EACH ROW
WHEN ((OLD.user_id, OLD.position, OLD.profile_data) IS DISTINCT FROM (NEW.user_id, NEW.position, NEW.profile_data))
EXECUTE FUNCTION note_user_change();
CREATE TRIGGER user_roles_note_change AFTER INSERT OR DELETE ON user_roles FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change();
CREATE TRIGGER organization_members_note_change AFTER INSERT OR DELETE ON organization_members FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change();
CREATE TRIGGER organization_member_roles_note_change AFTER INSERT OR DELETE ON organization_member_roles FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change();
