-- bench-search-<n> in Sluice's tracking tables, as logging over REST would have left it (subgraphs/tracking/store/migrations).
-- Settings: bench.experiment (its wire id), bench.runs, bench.name.
CREATE TEMP TABLE e AS SELECT project_id, experiment_id, artifact_uri FROM tracking.experiment WHERE wire_id = current_setting('bench.experiment')::bigint;
INSERT INTO tracking.key (project_id, experiment_id, kind, name)
  SELECT project_id, experiment_id, kind, name FROM e, LATERAL (
    SELECT 1 AS kind, CASE k WHEN 0 THEN 'acc' ELSE 'm' || k END AS name FROM generate_series(0, 9) k
    UNION ALL SELECT 2, CASE k WHEN 0 THEN 'lr' ELSE 'p' || k END FROM generate_series(0, 9) k
    UNION ALL SELECT 3, unnest(ARRAY['t0', 't1', 't2', 't3', 'mlflow.runName', 'mlflow.user'])) x;
CREATE TEMP TABLE k AS SELECT key_id, kind, name FROM tracking.key JOIN e USING (experiment_id);
CREATE TEMP TABLE g AS
  SELECT i, start_time, id::uuid AS run_id, id, (start_time << 20) | (1048575 - ('x' || left(id, 5))::bit(20)::int) AS run_pos
  FROM (SELECT i, 1700000000000 + i::bigint * 1000 AS start_time, md5(current_setting('bench.name') || i) AS id FROM generate_series(0, current_setting('bench.runs')::int - 1) i) x;
INSERT INTO tracking.run (run_pos, project_id, experiment_id, run_id, status, user_id, name, start_time, artifact_uri, params, tags)
  SELECT run_pos, project_id, experiment_id, run_id, 1, 'bench', 'run-' || i, start_time, artifact_uri || '/' || id || '/artifacts',
    (SELECT jsonb_object_agg(CASE n WHEN 0 THEN 'lr' ELSE 'p' || n END, CASE n WHEN 0 THEN CASE WHEN i % 5 < 3 THEN '0.01' ELSE '0.1' END ELSE 'v' || ((i * 7 + n) % 50) END) FROM generate_series(0, 9) n),
    (SELECT jsonb_object_agg('t' || n, 'tag-' || ((i + n) % 20)) FROM generate_series(0, 3) n) || jsonb_build_object('mlflow.runName', 'run-' || i, 'mlflow.user', 'bench')
  FROM g, e;
INSERT INTO tracking.param_index (run_pos, project_id, key_id, value)
  SELECT r.run_pos, r.project_id, k.key_id, p.value FROM tracking.run r JOIN e USING (experiment_id), jsonb_each_text(r.params) p JOIN k ON k.kind = 2 AND k.name = p.key ORDER BY 2, 3, 4, 1;
INSERT INTO tracking.tag_index (run_pos, project_id, key_id, value)
  SELECT r.run_pos, r.project_id, k.key_id, p.value FROM tracking.run r JOIN e USING (experiment_id), jsonb_each_text(r.tags) p JOIN k ON k.kind = 3 AND k.name = p.key ORDER BY 2, 3, 4, 1;
INSERT INTO tracking.series (run_pos, key_id, project_id, last_step, last_ts, last_value, min_value, max_value, point_count)
  SELECT g.run_pos, k.key_id, e.project_id, 0, 1700000000000 + g.i, v.value, v.value, v.value, 1 FROM g, e, k, LATERAL (
    SELECT n * 0.6180339887498949::float8 - floor(n * 0.6180339887498949::float8) AS value
    FROM (SELECT CASE k.name WHEN 'acc' THEN g.i ELSE g.i * 31 + substr(k.name, 2)::int END AS n) x) v
  WHERE k.kind = 1 ORDER BY g.run_pos, k.key_id;
INSERT INTO tracking.metric_chunk (series_id, first_step, digest, project_id, points)
  SELECT s.series_id, 0, hashtextextended(encode(p.points, 'escape'), 0), s.project_id, p.points
  FROM tracking.series s JOIN g USING (run_pos), LATERAL (SELECT int8send(s.last_step) || int8send(s.last_ts) || float8send(s.last_value) AS points) p;
DROP TABLE e, k, g;
