import { expect, it } from 'vitest'
import { createEpochs } from '#identity/domain/epochs.ts'

it('shares an answer for a second, whatever the clock does, and no failure', async () => {
  let [asked, now, isDown] = [0, 10_000, false]
  const epochs = createEpochs({ epoch: async () => (isDown ? Promise.reject(new Error('down')) : ++asked) }, () => now)
  expect(await Promise.all([epochs.recent(), epochs.recent()])).toEqual([1, 1])
  now += 999
  expect(await epochs.recent()).toBe(1)
  expect(await epochs.current()).toBe(2)
  now += 1_000
  expect(await epochs.recent()).toBe(3)
  now -= 1
  expect(await epochs.recent()).toBe(4)
  now += 1_000
  isDown = true
  await expect(epochs.recent()).rejects.toThrow('down')
  isDown = false
  expect(await epochs.recent()).toBe(5)
})
