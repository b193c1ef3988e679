import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compatibilityDocument, documentPath } from './document.ts'

it('docs/mlflow-compatibility.md says what is compared and served; else run: npm run docs', () => {
  expect(readFileSync(documentPath, 'utf8')).toBe(compatibilityDocument())
})
