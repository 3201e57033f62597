-- What a run does one after the other, each whether or not the others go well: [{ step, fields, result, problem }]; empty where it is one thing.
ALTER TABLE action_runs ADD COLUMN steps jsonb NOT NULL DEFAULT '[]';
