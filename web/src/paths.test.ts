import { expect, it } from 'vitest'
import { artifactFile, paths, patterns, safeNext, served } from './paths.ts'

it('every address of the client, with names that need escaping', () => {
  expect([
    paths.projects(),
    paths.signIn('/projects/a?q=1'),
    paths.signIn('/'),
    paths.changePassword('/projects/a'),
    paths.project('grid-load'),
    paths.experiments('grid-load'),
    paths.experiment('grid-load', '12'),
    paths.run('grid-load', '7c0e'),
    paths.models('grid-load'),
    paths.model('grid-load', 'load/hourly 50%'),
    paths.datasets('grid-load'),
    paths.dataset('grid-load', 'a b', 3),
    paths.explorer(),
  ]).toMatchInlineSnapshot(`
    [
      "/",
      "/login?next=%2Fprojects%2Fa%3Fq%3D1",
      "/login",
      "/account/password?next=%2Fprojects%2Fa",
      "/projects/grid-load",
      "/projects/grid-load/experiments",
      "/projects/grid-load/experiments/12",
      "/projects/grid-load/runs/7c0e",
      "/projects/grid-load/models",
      "/projects/grid-load/models/load%2Fhourly%2050%25",
      "/projects/grid-load/datasets",
      "/projects/grid-load/datasets/a%20b?version=3",
      "/explorer",
    ]
  `)
})

it('each pattern, filled in, is the path', () => {
  const filled = (pattern: string): string => pattern.replace(':project', 'p').replace(/:(id|name)/, 'x')
  expect(Object.values(patterns).map(filled)).toEqual([
    paths.projects(),
    paths.signIn(),
    paths.changePassword(),
    paths.tokens(),
    paths.people(),
    paths.project('p'),
    paths.experiments('p'),
    paths.experiment('p', 'x'),
    paths.run('p', 'x'),
    paths.models('p'),
    paths.model('p', 'x'),
    paths.datasets('p'),
    paths.dataset('p', 'x'),
    paths.members('p'),
  ])
})

it('artifact paths keep their slashes and escape the rest', () =>
  expect(served.artifact('p', '1/run/artifacts/a b/#1.png')).toBe('/p/p/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts/a%20b/%231.png'))

it('an artifact lies below its own root only', () => {
  expect(artifactFile('mlflow-artifacts:/1/run/artifacts', 'model/MLmodel')).toBe('1/run/artifacts/model/MLmodel')
  expect(artifactFile('mlflow-artifacts:/workspaces/p/1/run/artifacts/', 'x')).toBe('workspaces/p/1/run/artifacts/x')
  expect(artifactFile('mlflow-artifacts://host:5000/1/run/artifacts', 'x')).toBe('1/run/artifacts/x')
  expect(artifactFile('s3://bucket/1/run', 'x')).toBeUndefined()
})

it('signing in never leaves the site', () => {
  expect(['/projects/a?q=1', null, '//evil.example', '/\\evil.example', 'https://evil.example', '/login'].map(safeNext)).toEqual(['/projects/a?q=1', '/', '/', '/', '/', '/'])
})
