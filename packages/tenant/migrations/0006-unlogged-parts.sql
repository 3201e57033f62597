-- An entry of the log tells of a part of a user: who reads of another name does not ask for roles anew. So a change says what it changed, and only
-- an entry that tells of just that takes it away; roles and organizations themselves change as users do.
ALTER TABLE unlogged_changes RENAME COLUMN user_id TO id;
-- Those that wait are told of whole: no entry is about this.
ALTER TABLE unlogged_changes ADD COLUMN what text COLLATE "C" NOT NULL DEFAULT 'anything';
ALTER TABLE unlogged_changes ALTER COLUMN what DROP DEFAULT;

DROP TRIGGER users_note_change ON users;
DROP TRIGGER users_note_update ON users;
DROP TRIGGER identities_note_change ON identities;
DROP TRIGGER identities_note_update ON identities;
DROP TRIGGER user_roles_note_change ON user_roles;
DROP TRIGGER organization_members_note_change ON organization_members;
DROP TRIGGER organization_member_roles_note_change ON organization_member_roles;
DROP FUNCTION note_user_change();

CREATE FUNCTION note_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unlogged_changes (what, id) VALUES (TG_ARGV[0], coalesce(NEW.user_id, OLD.user_id));
  IF TG_OP = 'UPDATE' AND NEW.user_id <> OLD.user_id THEN
    INSERT INTO unlogged_changes (what, id) VALUES (TG_ARGV[0], OLD.user_id);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION note_group_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unlogged_changes (what, id) VALUES (TG_ARGV[0], coalesce(NEW.id, OLD.id));
  RETURN NULL;
END $$;

-- What changes everybody at once says so in one entry, and sets rollcall.bulk for as long.
CREATE TRIGGER users_note_change AFTER INSERT OR DELETE ON users FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change('user');
CREATE TRIGGER users_note_update AFTER UPDATE ON users FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_user_change('user');
CREATE TRIGGER identities_note_change AFTER INSERT OR DELETE ON identities FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change('user');
-- A password is seen by nobody.
CREATE TRIGGER identities_note_update AFTER UPDATE ON identities FOR EACH ROW
WHEN ((OLD.user_id, OLD.position, OLD.profile_data) IS DISTINCT FROM (NEW.user_id, NEW.position, NEW.profile_data))
EXECUTE FUNCTION note_user_change('user');
CREATE TRIGGER user_roles_note_change AFTER INSERT OR DELETE ON user_roles FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change('roles of user');
CREATE TRIGGER organization_members_note_change AFTER INSERT OR DELETE ON organization_members FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change('organizations of user');
CREATE TRIGGER organization_member_roles_note_change AFTER INSERT OR DELETE ON organization_member_roles FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user_change('roles of member');
CREATE TRIGGER roles_note_change AFTER INSERT OR DELETE ON roles FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_group_change('role');
CREATE TRIGGER roles_note_update AFTER UPDATE ON roles FOR EACH ROW
WHEN ((OLD.name, OLD.description) IS DISTINCT FROM (NEW.name, NEW.description)) EXECUTE FUNCTION note_group_change('role');
CREATE TRIGGER organizations_note_change AFTER INSERT OR DELETE ON organizations FOR EACH ROW
WHEN (current_setting('rollcall.bulk', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_group_change('organization');
CREATE TRIGGER organizations_note_update AFTER UPDATE ON organizations FOR EACH ROW
WHEN ((OLD.name, OLD.display_name) IS DISTINCT FROM (NEW.name, NEW.display_name)) EXECUTE FUNCTION note_group_change('organization');
