import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { artifactPath, isProjectName, normalName, storableText } from '#shared/names.ts'

describe('artifact paths', () => {
  const good = ['', 'a', 'a/b/c.txt', 'model/MLmodel', 'a b', '100%', 'ชื่อ.txt', 'a.b..c/d', '50%25']
  const bad = [
    '..',
    '../a',
    'a/../b',
    'a/..',
    '/etc/passwd',
    '//etc',
    'a//b',
    './a',
    'a/./b',
    'C:/x',
    'c:x',
    'a\\b',
    '..\\a',
    '%2e%2e/a',
    '%252e%252e/a',
    '%2Fetc',
    'a%2f..%2fb',
    'a\u0000b',
    'a\nb',
    'a\u200bb',
    `${'a/'.repeat(600)}b`,
  ]
  it.each(good)('accepts %j', (path) => expect(artifactPath(path)).toBe(path))
  it.each(bad)('refuses %j', (path) => expect(() => artifactPath(path)).toThrow('Invalid path'))
  it('never yields a path that leaves its root', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', '..', '/', '\\', '%2e', '%252e', '%2f', 'a', ';', '?', '#', ':'), { maxLength: 12 }), (parts) => {
        let path: string
        try {
          path = artifactPath(parts.join(''))
        } catch {
          return
        }
        for (let text = path; ; ) {
          expect(text.startsWith('/') || text.split(/[/\\]/).includes('..')).toBe(false)
          let next: string
          try {
            next = decodeURIComponent(text)
          } catch {
            return
          }
          if (next === text) return
          text = next
        }
      }),
    )
  })
})

describe('names', () => {
  it('normalises to NFC', () => expect(normalName('e\u0301', 'name', 10)).toBe('é'))
  it.each(['', '  ', 'a\u0000', 'a\u200bb', 'a\u202eb', '\ud800'])('refuses %j', (name) => expect(() => normalName(name, 'name', 10)).toThrow())
  it('counts characters, not code units', () => expect(normalName('😀'.repeat(10), 'name', 10)).toHaveLength(20))
  it('refuses NUL in free text', () => expect(() => storableText('a\u0000', 'value')).toThrow())
  it('knows workspace names', () => {
    for (const name of ['default', 'p1', 'a-b', 'x'.repeat(63)]) expect(isProjectName(name), name).toBe(true)
    for (const name of ['a', 'A1', '-a', 'a-', 'api', 'a_b', 'x'.repeat(64), 'a\n']) expect(isProjectName(name), name).toBe(false)
  })
})
