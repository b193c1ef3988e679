-- Artifacts and logged models. No foreign keys into the tables of 0000: both halves migrate on their own.

-- One row per object we ever asked the store to keep, written before the bytes. PENDING: bytes on the way. READY: the file.
-- DELETED: replaced or removed, its object is still to be deleted. Only READY rows exist for readers.
CREATE TABLE artifact (
  artifact_id uuid PRIMARY KEY,
  project_id  uuid NOT NULL,
  owner_kind  text NOT NULL CHECK (owner_kind IN ('run', 'model', 'project')),
  owner_id    text NOT NULL,
  path        text COLLATE "C" NOT NULL,
  object_key  text COLLATE "C" NOT NULL UNIQUE,
  state       text NOT NULL CHECK (state IN ('PENDING', 'READY', 'DELETED')),
  size        bigint,
  sha256      text,
  created_by  text NOT NULL,
  changed_at  bigint NOT NULL,
  CHECK (state <> 'READY' OR (size IS NOT NULL AND sha256 IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX artifact_path ON artifact (project_id, owner_kind, owner_id, path) WHERE state = 'READY';
--> statement-breakpoint
CREATE INDEX artifact_owner ON artifact (project_id, owner_kind, owner_id, path) WHERE state = 'PENDING';
--> statement-breakpoint
CREATE INDEX artifact_leftover ON artifact (changed_at) WHERE state <> 'READY';
--> statement-breakpoint

CREATE TABLE logged_model (
  model_id      text PRIMARY KEY,
  project_id    uuid NOT NULL,
  experiment_id text NOT NULL,
  name          text NOT NULL,
  model_type    text NOT NULL,
  source_run_id text NOT NULL,
  status        text NOT NULL CHECK (status IN ('UNSPECIFIED', 'PENDING', 'READY', 'FAILED')),
  artifact_uri  text NOT NULL,
  created_at    bigint NOT NULL,
  updated_at    bigint NOT NULL,
  owner_id      text NOT NULL,
  tags          jsonb NOT NULL DEFAULT '{}',
  params        jsonb NOT NULL DEFAULT '{}',
  deleted_at    bigint,
  deleted_by    text
);
--> statement-breakpoint
CREATE INDEX logged_model_list ON logged_model (project_id, experiment_id, created_at DESC, model_id) WHERE deleted_at IS NULL;
--> statement-breakpoint
CREATE INDEX logged_model_run ON logged_model (project_id, source_run_id) WHERE deleted_at IS NULL;
--> statement-breakpoint

-- Points logged with a model_id. dataset_* are '' where the point names no dataset.
CREATE TABLE logged_model_metric (
  project_id     uuid NOT NULL,
  model_id       text NOT NULL REFERENCES logged_model ON DELETE CASCADE,
  key            text NOT NULL,
  "timestamp"    bigint NOT NULL,
  step           bigint NOT NULL,
  run_id         text NOT NULL,
  value          float8 NOT NULL,
  dataset_name   text NOT NULL DEFAULT '',
  dataset_digest text NOT NULL DEFAULT '',
  PRIMARY KEY (model_id, key, "timestamp", step, run_id)
);
