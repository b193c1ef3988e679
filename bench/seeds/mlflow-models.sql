-- bench-models in MLflow 3.17's tables. Settings: bench.run_id, bench.source.
CREATE TEMP TABLE g AS SELECT i, 'bench-model-' || lpad(i::text, 5, '0') AS name FROM generate_series(0, 1999) i;
INSERT INTO registered_models (name, creation_time, last_updated_time, workspace) SELECT name, 1700000000000 + i, 1700000000000 + i, 'default' FROM g;
INSERT INTO registered_model_tags (key, value, name, workspace) SELECT 'team', 'team-' || (i % 10), name, 'default' FROM g;
INSERT INTO model_versions (name, version, creation_time, last_updated_time, current_stage, source, run_id, status, workspace)
  SELECT name, 1, 1700000000000 + i, 1700000000000 + i, 'None', current_setting('bench.source'), current_setting('bench.run_id'), 'READY', 'default' FROM g;
DROP TABLE g;
