-- Traces, their spans and assessments, evaluation datasets and scorers: rows that searches reach, no blobs. Every table
-- carries project_id and every statement names it. Clients choose trace ids, so an id is unique inside its project only.

CREATE TABLE trace (
  project_id        int NOT NULL REFERENCES project,
  trace_id          text COLLATE "C" NOT NULL,
  experiment_id     int NOT NULL REFERENCES experiment,
  request_time      bigint NOT NULL, -- epoch ms
  execution_ms      bigint,          -- NULL while nobody knows
  state             text NOT NULL CHECK (state IN ('STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS')),
  client_request_id text,
  request_preview   text,
  response_preview  text,
  tags              jsonb NOT NULL DEFAULT '{}',
  metadata          jsonb NOT NULL DEFAULT '{}',
  owner_id          text,
  PRIMARY KEY (project_id, trace_id)
);
--> statement-breakpoint
-- The default order of a search, walked.
CREATE INDEX trace_list ON trace (project_id, experiment_id, request_time DESC, trace_id);
--> statement-breakpoint
-- What is said of a session is said of each of its traces.
CREATE INDEX trace_session ON trace (project_id, (metadata ->> 'mlflow.trace.session')) WHERE metadata ? 'mlflow.trace.session';
--> statement-breakpoint
-- Attributes are values, not text of values: {"mlflow.spanInputs": {"q": 1}, "temperature": 0.5}. A number with a point is
-- a double, one without an int64.
CREATE TABLE span (
  project_id int NOT NULL,
  trace_id   text COLLATE "C" NOT NULL,
  span_id    text COLLATE "C" NOT NULL,
  parent_id  text COLLATE "C",
  name       text NOT NULL,
  type       text NOT NULL,
  status     text NOT NULL CHECK (status IN ('UNSET', 'OK', 'ERROR')),
  message    text NOT NULL DEFAULT '', -- of the status
  start_ns   numeric(20) NOT NULL, -- unsigned 64-bit on the wire
  end_ns     numeric(20) NOT NULL,
  attributes jsonb NOT NULL DEFAULT '{}',
  events     jsonb NOT NULL DEFAULT '[]',
  links      jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (project_id, trace_id, span_id),
  FOREIGN KEY (project_id, trace_id) REFERENCES trace ON DELETE CASCADE
);
--> statement-breakpoint
-- value is the feedback or expectation itself; of an issue, its name is the issue's id.
CREATE TABLE assessment (
  project_id    int NOT NULL,
  trace_id      text COLLATE "C" NOT NULL,
  assessment_id text COLLATE "C" NOT NULL,
  seq           bigint GENERATED ALWAYS AS IDENTITY, -- the order in which they came
  kind          text NOT NULL CHECK (kind IN ('feedback', 'expectation', 'issue')),
  name          text COLLATE "C" NOT NULL,
  value         jsonb,
  error         jsonb,
  source_type   text NOT NULL,
  source_id     text NOT NULL,
  span_id       text,
  rationale     text,
  metadata      jsonb NOT NULL DEFAULT '{}',
  overrides     text,
  valid         boolean NOT NULL DEFAULT true,
  create_time   bigint NOT NULL,
  update_time   bigint NOT NULL,
  owner_id      text,
  PRIMARY KEY (project_id, trace_id, assessment_id),
  FOREIGN KEY (project_id, trace_id) REFERENCES trace ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX assessment_name ON assessment (project_id, kind, name);
--> statement-breakpoint
-- What a trace belongs to besides its experiment: a run (its id) or a version of a prompt (name/version).
CREATE TABLE trace_link (
  project_id int NOT NULL,
  trace_id   text COLLATE "C" NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('run', 'prompt')),
  target     text COLLATE "C" NOT NULL,
  PRIMARY KEY (project_id, trace_id, kind, target),
  FOREIGN KEY (project_id, trace_id) REFERENCES trace ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX trace_link_target ON trace_link (project_id, kind, target, trace_id);
--> statement-breakpoint
CREATE TABLE evaluation_dataset (
  project_id      int NOT NULL REFERENCES project,
  dataset_id      text COLLATE "C" NOT NULL,
  name            text COLLATE "C" NOT NULL,
  digest          text NOT NULL,
  schema          json, -- json, not jsonb: fields stay in the order in which they were first seen
  record_count    bigint NOT NULL DEFAULT 0,
  tags            json NOT NULL DEFAULT '{}',
  created_time    bigint NOT NULL,
  update_time     bigint NOT NULL,
  created_by      text,
  last_updated_by text,
  owner_id        text,
  PRIMARY KEY (project_id, dataset_id)
);
--> statement-breakpoint
CREATE INDEX evaluation_dataset_list ON evaluation_dataset (project_id, created_time DESC, dataset_id DESC);
--> statement-breakpoint
CREATE TABLE evaluation_dataset_experiment (
  project_id    int NOT NULL,
  dataset_id    text COLLATE "C" NOT NULL,
  experiment_id int NOT NULL REFERENCES experiment,
  seq           bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (project_id, dataset_id, experiment_id),
  FOREIGN KEY (project_id, dataset_id) REFERENCES evaluation_dataset ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX evaluation_dataset_of_experiment ON evaluation_dataset_experiment (project_id, experiment_id);
--> statement-breakpoint
-- Equal inputs are one record: input_hash is the sha256 of the inputs in canonical JSON.
CREATE TABLE evaluation_record (
  project_id      int NOT NULL,
  dataset_id      text COLLATE "C" NOT NULL,
  record_id       text COLLATE "C" NOT NULL,
  input_hash      bytea NOT NULL,
  inputs          json NOT NULL,
  outputs         json,
  expectations    json,
  tags            json NOT NULL DEFAULT '{}',
  source          json,
  created_time    bigint NOT NULL,
  update_time     bigint NOT NULL,
  created_by      text,
  last_updated_by text,
  PRIMARY KEY (project_id, dataset_id, record_id),
  UNIQUE (project_id, dataset_id, input_hash),
  FOREIGN KEY (project_id, dataset_id) REFERENCES evaluation_dataset ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX evaluation_record_list ON evaluation_record (project_id, dataset_id, created_time, record_id);
--> statement-breakpoint
-- last_version is the counter that versions are numbered from: a number is never given twice.
CREATE TABLE scorer (
  project_id    int NOT NULL REFERENCES project,
  scorer_id     uuid NOT NULL,
  experiment_id int NOT NULL REFERENCES experiment,
  name          text COLLATE "C" NOT NULL,
  last_version  int NOT NULL,
  owner_id      text,
  PRIMARY KEY (project_id, scorer_id),
  UNIQUE (project_id, experiment_id, name)
);
--> statement-breakpoint
CREATE TABLE scorer_version (
  project_id    int NOT NULL,
  scorer_id     uuid NOT NULL,
  version       int NOT NULL,
  serialized    text NOT NULL,
  creation_time bigint NOT NULL,
  PRIMARY KEY (project_id, scorer_id, version),
  FOREIGN KEY (project_id, scorer_id) REFERENCES scorer ON DELETE CASCADE
);
