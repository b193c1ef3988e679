import { served } from '../../paths.ts'
import type { Language } from '../../ui/Snippet.tsx'

/** The first run from somebody's code, with the real address and project. */
export function firstRun(origin: string, project: string, experiment = 'first-look'): Language[] {
  const uri = served.trackingUri(origin, project)
  return [
    {
      name: 'Python',
      code: `# pip install mlflow
# export MLFLOW_TRACKING_TOKEN="<your token>"
import mlflow

mlflow.set_tracking_uri(
    "${uri}")
mlflow.set_experiment("${experiment}")
with mlflow.start_run():
    mlflow.log_param("model", "ridge")
    mlflow.log_metric("val_mape", 6.05)`,
    },
    {
      name: 'TypeScript',
      code: `const api = "${uri}/api/2.0/mlflow"
const headers = {
  authorization: "Bearer " + process.env.SLUICE_TOKEN,
  "content-type": "application/json",
}
const call = async (path: string, body: object) =>
  (await fetch(api + path, { method: "POST", headers, body: JSON.stringify(body) })).json()

const { run } = await call("/runs/create", { experiment_id: "0", start_time: Date.now() })
await call("/runs/log-metric", {
  run_id: run.info.run_id, key: "val_mape", value: 6.05, timestamp: Date.now(),
})`,
    },
    {
      name: 'curl',
      code: `curl -X POST "${uri}/api/2.0/mlflow/runs/create" \\
  -H "Authorization: Bearer $SLUICE_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"experiment_id": "0", "run_name": "first-look"}'`,
    },
  ]
}

/** Reading one version of a dataset from code. */
export function loadDataset(origin: string, project: string, dataset: string, version: number, format: string): Language[] {
  const address = `${origin}${served.datasetContent(project, dataset, version)}`
  const reader = { csv: 'read_csv', tsv: 'read_table', jsonl: 'read_json', parquet: 'read_parquet', arrow: 'read_feather' }[format] ?? 'read_csv'
  return [
    {
      name: 'Python',
      code: `# pip install pandas requests
import io, os, requests, pandas as pd

answer = requests.get(
    "${address}",
    headers={"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]},
)
frame = pd.${reader}(io.BytesIO(answer.content)${format === 'jsonl' ? ', lines=True' : ''})`,
    },
    { name: 'curl', code: `curl -H "Authorization: Bearer $SLUICE_TOKEN" -O --remote-header-name \\\n  "${address}"` },
  ]
}
