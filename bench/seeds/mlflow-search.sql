-- bench-search-<n> in MLflow 3.17's tables. Settings: bench.experiment, bench.runs, bench.name.
CREATE TEMP TABLE g AS SELECT i, md5(current_setting('bench.name') || i) AS id FROM generate_series(0, current_setting('bench.runs')::int - 1) i;
INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
  SELECT id, 'run-' || i, 'UNKNOWN', '', '', 'bench', 'RUNNING', 1700000000000 + i::bigint * 1000, '', 'active', 'mlflow-artifacts:/bench/' || id || '/artifacts', current_setting('bench.experiment')::int FROM g;
INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
  SELECT CASE k WHEN 0 THEN 'acc' ELSE 'm' || k END, x.n * 0.6180339887498949::float8 - floor(x.n * 0.6180339887498949::float8), 1700000000000 + i, id, 0, false
  FROM g, generate_series(0, 9) k, LATERAL (SELECT CASE k WHEN 0 THEN i ELSE i * 31 + k END AS n) x;
INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
  SELECT m.key, m.value, m.timestamp, m.step, m.is_nan, m.run_uuid FROM metrics m JOIN g ON g.id = m.run_uuid;
INSERT INTO params (key, value, run_uuid)
  SELECT CASE k WHEN 0 THEN 'lr' ELSE 'p' || k END, CASE k WHEN 0 THEN CASE WHEN i % 5 < 3 THEN '0.01' ELSE '0.1' END ELSE 'v' || ((i * 7 + k) % 50) END, id FROM g, generate_series(0, 9) k;
INSERT INTO tags (key, value, run_uuid) SELECT 't' || k, 'tag-' || ((i + k) % 20), id FROM g, generate_series(0, 3) k;
INSERT INTO tags (key, value, run_uuid) SELECT 'mlflow.runName', 'run-' || i, id FROM g;
DROP TABLE g;
