import { expect, it } from 'vitest'
import { firstRun, loadDataset } from './snippets.ts'

it('each language carries the real address and the project', () => {
  for (const { name, code } of firstRun('https://ml.example', 'grid-load')) expect(code, name).toContain('https://ml.example/p/grid-load')
})
it('a dataset is read by the reader of its format', () => {
  const [python] = loadDataset('https://ml.example', 'p', 'a b', 3, 'parquet')
  expect(python?.code).toContain('https://ml.example/p/p/datasets/a%20b/versions/3/content')
  expect(python?.code).toContain('pd.read_parquet(')
})
