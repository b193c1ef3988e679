-- The tracking store. Every table carries project_id and every statement names it. Widths are chosen so that
-- (int4, int4, 8 byte value, int8) needs no padding: 24 bytes per entry of the search index.

-- identity's projects as small integers; the name is part of every artifact location and never changes.
CREATE TABLE project (
  project_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uuid       uuid NOT NULL UNIQUE,
  name       text NOT NULL
);
--> statement-breakpoint
-- experiment_id is ours and small; wire_id is what people see: 18 random digits, or 0 for the Default experiment.
CREATE TABLE experiment (
  experiment_id    int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id       int NOT NULL REFERENCES project,
  wire_id          bigint NOT NULL,
  name             text COLLATE "C" NOT NULL,
  active           boolean NOT NULL DEFAULT true,
  artifact_uri     text NOT NULL,
  creation_time    bigint NOT NULL,
  last_update_time bigint NOT NULL,
  owner_id         text,
  tags             jsonb NOT NULL DEFAULT '{}',
  deleted_at       bigint,
  deleted_by       text,
  UNIQUE (project_id, wire_id),
  UNIQUE (project_id, name) -- a deleted experiment keeps its name
);
--> statement-breakpoint
CREATE INDEX experiment_list ON experiment (project_id, experiment_id DESC);
--> statement-breakpoint
-- The names of metrics (1), params (2) and tags (3). One dictionary per EXPERIMENT: key_id alone then
-- identifies the slice that a search walks, and one column's statistics estimate it.
CREATE TABLE key (
  key_id        int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id    int NOT NULL,
  experiment_id int NOT NULL REFERENCES experiment ON DELETE CASCADE,
  kind          smallint NOT NULL CHECK (kind IN (1, 2, 3)),
  name          text COLLATE "C" NOT NULL,
  UNIQUE (experiment_id, kind, name)
);
--> statement-breakpoint
-- run_pos = (clamped start_time in ms << 20) | the complement of the run id's first 20 bits: the order "start_time DESC,
-- run_id" as ONE immutable integer. It is the primary key, the default order, the tie-break of every other order and the
-- keyset. Same millisecond and same 20 bits (23505 on run_pkey): take another run id and insert again.
CREATE TABLE run (
  run_pos       bigint PRIMARY KEY,
  project_id    int NOT NULL,
  experiment_id int NOT NULL REFERENCES experiment,
  run_id        uuid NOT NULL,
  active        boolean NOT NULL DEFAULT true,
  status        smallint NOT NULL,
  user_id       text NOT NULL DEFAULT '',
  owner_id      text,
  name          text NOT NULL,
  start_time    bigint NOT NULL,
  end_time      bigint,
  artifact_uri  text NOT NULL,
  params        jsonb NOT NULL DEFAULT '{}', -- the truth; param_index only finds
  tags          jsonb NOT NULL DEFAULT '{}', -- the truth; tag_index only finds
  deleted_at    bigint,
  deleted_by    text,
  deleted_with  int -- the experiment that took this run along; restoring it brings the run back
) WITH (fillfactor = 85);
--> statement-breakpoint
CREATE UNIQUE INDEX run_id ON run (run_id);
--> statement-breakpoint
CREATE INDEX run_list ON run (project_id, experiment_id, run_pos) WHERE active;
--> statement-breakpoint
CREATE INDEX run_deleted ON run (project_id, experiment_id, run_pos) WHERE NOT active;
--> statement-breakpoint
CREATE INDEX run_open ON run (project_id, experiment_id, status, run_pos) WHERE active AND status IN (1, 2);
--> statement-breakpoint
-- A series is (run, metric key). It is the dictionary for the points AND the latest value, with count, smallest and
-- largest value (NaN apart). series_id has no index: nothing looks a series up by it.
CREATE TABLE series (
  series_id   bigint GENERATED ALWAYS AS IDENTITY,
  run_pos     bigint NOT NULL,
  last_step   bigint NOT NULL,
  last_ts     bigint NOT NULL,
  last_value  float8 NOT NULL,
  project_id  int NOT NULL,
  key_id      int NOT NULL,
  point_count bigint NOT NULL,
  min_value   float8, -- NULL while every value is NaN
  max_value   float8,
  active      boolean NOT NULL DEFAULT true, -- copy of run.active: deleted runs leave the search index
  PRIMARY KEY (run_pos, key_id)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
--> statement-breakpoint
CREATE INDEX series_search ON series (project_id, key_id, last_value, run_pos) WHERE active;
--> statement-breakpoint
-- Search indexes over the documents. Rows exist for active runs only; value is cut to 200 characters
-- (the compiler re-checks longer values in the document).
CREATE TABLE param_index (
  run_pos    bigint NOT NULL,
  project_id int NOT NULL,
  key_id     int NOT NULL,
  value      text COLLATE "C" NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
--> statement-breakpoint
CREATE UNIQUE INDEX param_search ON param_index (project_id, key_id, value, run_pos);
--> statement-breakpoint
CREATE TABLE tag_index (LIKE param_index) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
--> statement-breakpoint
CREATE UNIQUE INDEX tag_search ON tag_index (project_id, key_id, value, run_pos);
--> statement-breakpoint
-- key_id determines project_id. Without this the planner multiplies both selectivities and expects 1 row.
CREATE STATISTICS series_dep (dependencies) ON project_id, key_id FROM series;
--> statement-breakpoint
CREATE STATISTICS param_dep (dependencies) ON project_id, key_id FROM param_index;
--> statement-breakpoint
CREATE STATISTICS tag_dep (dependencies) ON project_id, key_id FROM tag_index;
--> statement-breakpoint
-- Points, packed: 24 bytes each, big-endian int8 step, int8 timestamp, float8 value; one row per series and
-- request. The digest makes a replayed request a no-op; readers sort and drop equal neighbours, so regrouped
-- replays are harmless as well.
CREATE TABLE metric_chunk (
  series_id  bigint NOT NULL,
  first_step bigint NOT NULL,
  digest     bigint NOT NULL,
  project_id int NOT NULL,
  points     bytea NOT NULL CHECK (octet_length(points) % 24 = 0),
  PRIMARY KEY (series_id, first_step, digest)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE metric_chunk ALTER points SET STORAGE EXTERNAL;
--> statement-breakpoint
-- Datasets that runs of one experiment read. Two sources under one name and digest are two datasets: a digest alone
-- never links. version_id is a version of the datasets subsystem that its port confirmed.
CREATE TABLE dataset (
  dataset_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id    int NOT NULL,
  experiment_id int NOT NULL REFERENCES experiment,
  name          text COLLATE "C" NOT NULL,
  digest        text COLLATE "C" NOT NULL,
  source_type   text NOT NULL,
  source        text NOT NULL,
  source_hash   bytea NOT NULL, -- sha256 of source_type and source: the text itself may be too long for an index
  schema        text,
  profile       text,
  version_id    uuid,
  UNIQUE (experiment_id, name, digest, source_hash)
);
--> statement-breakpoint
CREATE INDEX dataset_version ON dataset (project_id, version_id) WHERE version_id IS NOT NULL;
--> statement-breakpoint
CREATE TABLE run_dataset (
  run_pos    bigint NOT NULL,
  dataset_id bigint NOT NULL REFERENCES dataset,
  project_id int NOT NULL,
  context    text COLLATE "C", -- copy of the tag mlflow.data.context, for searching
  tags       jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (run_pos, dataset_id)
);
--> statement-breakpoint
CREATE INDEX run_dataset_runs ON run_dataset (project_id, dataset_id, run_pos);
--> statement-breakpoint
-- Logged models that a run read (1) or made (2).
CREATE TABLE run_model (
  run_pos    bigint NOT NULL,
  kind       smallint NOT NULL CHECK (kind IN (1, 2)),
  model_id   text COLLATE "C" NOT NULL,
  step       bigint NOT NULL DEFAULT 0,
  project_id int NOT NULL,
  PRIMARY KEY (run_pos, kind, model_id, step)
);
--> statement-breakpoint
-- Logs points of many runs of one project and returns the runs that took them. One round trip, two statements: the first
-- locks the runs in order (so equal requests come one after the other, and nobody deadlocks), the second then sees
-- whatever an equal request stored, and counts a point once. Per series ($2..$8), sorted by (run_pos, key_id): greatest
-- (step, ts, value), smallest, largest. Per chunk ($9..$13): where its points lie in $14, `pos` from 1.
CREATE FUNCTION log_points(
  p_project int,
  s_run bigint[], s_key int[], s_step bigint[], s_ts bigint[], s_value float8[], s_min float8[], s_max float8[],
  c_run bigint[], c_key int[], c_first bigint[], c_pos int[], c_len int[], p_points bytea
) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE taken bigint[];
BEGIN
  taken := ARRAY(SELECT r.run_pos FROM run r WHERE r.run_pos = ANY (s_run) AND r.project_id = p_project AND r.active ORDER BY r.run_pos FOR NO KEY UPDATE);
  RETURN QUERY
  WITH d AS MATERIALIZED (
    SELECT DISTINCT ON (c.run_pos, c.key_id, c.first_step, x.digest) c.run_pos, c.key_id, c.first_step, x.digest, x.points
    FROM unnest(c_run, c_key, c_first, c_pos, c_len) AS c(run_pos, key_id, first_step, pos, len)
    CROSS JOIN LATERAL (SELECT y.points, hashtextextended(encode(y.points, 'escape'), 0) AS digest
      FROM (SELECT substring(p_points FROM c.pos FOR c.len) AS points OFFSET 0) y OFFSET 0) x
    WHERE c.run_pos = ANY (taken)),
  fresh AS MATERIALIZED (
    SELECT d.run_pos, d.key_id, sum(octet_length(d.points) / 24)::bigint AS n FROM d
    WHERE (SELECT true FROM metric_chunk m WHERE m.first_step = d.first_step AND m.digest = d.digest
      AND m.series_id = (SELECT s.series_id FROM series s WHERE s.run_pos = d.run_pos AND s.key_id = d.key_id)) IS NULL
    GROUP BY d.run_pos, d.key_id),
  up AS (
    INSERT INTO series AS s (run_pos, key_id, project_id, last_step, last_ts, last_value, min_value, max_value, point_count)
    SELECT k.run_pos, k.key_id, p_project, k.step, k.ts, k.value, k.low, k.high, coalesce(f.n, 0)
    FROM unnest(s_run, s_key, s_step, s_ts, s_value, s_min, s_max) WITH ORDINALITY AS k(run_pos, key_id, step, ts, value, low, high, ord)
    LEFT JOIN fresh f ON f.run_pos = k.run_pos AND f.key_id = k.key_id
    WHERE k.run_pos = ANY (taken) ORDER BY k.ord
    ON CONFLICT (run_pos, key_id) DO UPDATE SET
      last_step  = CASE WHEN (excluded.last_step, excluded.last_ts, coalesce(nullif(excluded.last_value, 'NaN'), 0)) > (s.last_step, s.last_ts, coalesce(nullif(s.last_value, 'NaN'), 0)) THEN excluded.last_step ELSE s.last_step END,
      last_ts    = CASE WHEN (excluded.last_step, excluded.last_ts, coalesce(nullif(excluded.last_value, 'NaN'), 0)) > (s.last_step, s.last_ts, coalesce(nullif(s.last_value, 'NaN'), 0)) THEN excluded.last_ts ELSE s.last_ts END,
      last_value = CASE WHEN (excluded.last_step, excluded.last_ts, coalesce(nullif(excluded.last_value, 'NaN'), 0)) > (s.last_step, s.last_ts, coalesce(nullif(s.last_value, 'NaN'), 0)) THEN excluded.last_value ELSE s.last_value END,
      min_value = least(s.min_value, excluded.min_value), max_value = greatest(s.max_value, excluded.max_value),
      point_count = s.point_count + excluded.point_count
    RETURNING s.series_id, s.run_pos, s.key_id),
  pt AS (
    INSERT INTO metric_chunk (series_id, first_step, digest, project_id, points)
    SELECT up.series_id, d.first_step, d.digest, p_project, d.points
    FROM d JOIN up ON up.run_pos = d.run_pos AND up.key_id = d.key_id
    ORDER BY up.series_id ON CONFLICT (series_id, first_step, digest) DO NOTHING)
  SELECT DISTINCT u.run_pos FROM up u;
END $$;
--> statement-breakpoint
-- Changes one run's own row and the rows that find it, in one round trip: 'done', 'gone' (not there or not active),
-- 'conflict' (a param would change; nothing is written) or 'absent' (a tag to remove is not there). The lock comes first,
-- in a statement of its own: the next one then sees the index rows that the previous holder of the lock wrote.
CREATE FUNCTION change_run(
  p_project int, p_run bigint, p_status smallint, p_end_time bigint, p_name text,
  p_params jsonb, param_keys int[], param_values text[],
  p_tags jsonb, tag_keys int[], tag_names text[], tag_values text[], -- a NULL value removes the tag
  p_removed text[]
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE old_params jsonb; old_tags jsonb;
BEGIN
  SELECT r.params, r.tags INTO old_params, old_tags FROM run r WHERE r.run_pos = p_run AND r.project_id = p_project AND r.active FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN 'gone'; END IF;
  IF NOT old_tags ?& p_removed THEN RETURN 'absent'; END IF;
  IF EXISTS (SELECT FROM jsonb_each_text(p_params) n WHERE old_params ? n.key AND old_params ->> n.key <> n.value) THEN RETURN 'conflict'; END IF;
  UPDATE run r SET status = coalesce(p_status, r.status), end_time = coalesce(p_end_time, r.end_time), name = coalesce(p_name, r.name),
    params = r.params || p_params, tags = (r.tags || p_tags) - p_removed
  WHERE r.run_pos = p_run AND r.project_id = p_project;
  INSERT INTO param_index (run_pos, project_id, key_id, value)
  SELECT p_run, p_project, k.key_id, left(k.value, 200) FROM unnest(param_keys, param_values) k(key_id, value)
  ON CONFLICT (project_id, key_id, value, run_pos) DO NOTHING;
  WITH t AS MATERIALIZED (
    SELECT k.key_id, left(k.value, 200) AS value, left(old_tags ->> k.name, 200) AS before
    FROM unnest(tag_keys, tag_names, tag_values) k(key_id, name, value)),
  gone AS (DELETE FROM tag_index WHERE ctid = ANY (ARRAY(SELECT (SELECT x.ctid FROM tag_index x
      WHERE x.project_id = p_project AND x.key_id = t.key_id AND x.value = t.before AND x.run_pos = p_run)
    FROM t WHERE t.before IS NOT NULL AND t.before IS DISTINCT FROM t.value)))
  INSERT INTO tag_index (run_pos, project_id, key_id, value)
  SELECT p_run, p_project, t.key_id, t.value FROM t WHERE t.value IS NOT NULL AND t.before IS DISTINCT FROM t.value
  ON CONFLICT (project_id, key_id, value, run_pos) DO NOTHING;
  RETURN 'done';
END $$;
--> statement-breakpoint
-- Merges the small chunks of one run, series by series, into chunks of about 12 kB; returns how many chunks went. The lock
-- keeps loggers of the run out. Digests of what was merged are gone: a request that comes again afterwards is stored again
-- and dropped by readers, so this is for runs that have been quiet for longer than any client retries.
CREATE FUNCTION compact_run(p_project int, p_run bigint, p_more_than int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE s_id bigint; removed bigint := 0; gone bigint; made bigint;
BEGIN
  PERFORM 1 FROM run r WHERE r.run_pos = p_run AND r.project_id = p_project FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN 0; END IF;
  FOR s_id IN SELECT s.series_id FROM series s WHERE s.run_pos = p_run AND s.project_id = p_project LOOP
    CONTINUE WHEN (SELECT count(*) FROM metric_chunk c WHERE c.series_id = s_id AND c.project_id = p_project AND octet_length(c.points) < 12000) <= p_more_than;
    WITH old AS (DELETE FROM metric_chunk c WHERE c.series_id = s_id AND c.project_id = p_project AND octet_length(c.points) < 12000
      RETURNING c.first_step, c.points),
    pieces AS (SELECT o.first_step, o.points, sum(octet_length(o.points)) OVER (ORDER BY o.first_step, o.points) / 12000 AS piece FROM old o),
    merged AS (SELECT min(p.first_step) AS first_step, string_agg(p.points, ''::bytea ORDER BY p.first_step, p.points) AS points FROM pieces p GROUP BY p.piece),
    ins AS (INSERT INTO metric_chunk (series_id, first_step, digest, project_id, points)
      SELECT s_id, m.first_step, hashtextextended(encode(m.points, 'escape'), 0), p_project, m.points FROM merged m
      ON CONFLICT (series_id, first_step, digest) DO NOTHING RETURNING 1)
    SELECT (SELECT count(*) FROM old), (SELECT count(*) FROM ins) INTO gone, made;
    removed := removed + gone - made;
  END LOOP;
  RETURN removed;
END $$;
