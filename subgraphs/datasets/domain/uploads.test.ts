import { expect, it } from 'vitest'
import { testProject, testScope } from '#shared/testing/actors.ts'
import type { DatasetParts } from '#datasets/domain/datasets.ts'
import { Uploads } from '#datasets/domain/uploads.ts'

it.each(['viewer', 'contributor'] as const)('a %s’s body is read only when an upload is permitted, whatever the route asked before', async (role) => {
  const untouched = {} as DatasetParts // nothing of it may be reached before the body was read
  let isRead = false
  const uploading = new Uploads(untouched).upload(testScope(testProject('p1'), role), () => {
    isRead = true
    return Promise.reject(new Error('the body was read'))
  })
  await expect(uploading).rejects.toMatchObject(role === 'viewer' ? { code: 'FORBIDDEN' } : { message: 'the body was read' })
  expect(isRead).toBe(role === 'contributor')
})
