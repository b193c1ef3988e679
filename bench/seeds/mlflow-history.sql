-- bench-history in MLflow 3.17's tables. Settings: bench.long and bench.short, ids of runs.
CREATE TEMP TABLE h AS
  SELECT current_setting('bench.long') AS id, 100000 AS n UNION ALL SELECT unnest(string_to_array(current_setting('bench.short'), ',')), 10000;
INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
  SELECT 'loss', s * 0.6180339887498949::float8 - floor(s * 0.6180339887498949::float8), 1700000000000 + s, id, s, false FROM h, generate_series(0, n - 1) s;
INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) SELECT 'loss', 0.5, 1700000000000 + n - 1, n - 1, false, id FROM h;
DROP TABLE h;
