import { describe, expect, it } from 'vitest'
import { aliasName, modelName, newAliasName, skeletonKey, tagKey, tagsOf, versionNumber } from '#registry/domain/names.ts'
import { confusable } from '#registry/testing/confusable-names.ts'

describe('names of models', () => {
  it.each(confusable)('%j and %j look alike', (a, b) => expect(skeletonKey(a)).toBe(skeletonKey(b)))

  it.each([
    ['churn', 'churn2'],
    ['prod model', 'prodmodel'],
    ['prod-model', 'prod_model'],
    ['100%', '100'],
    ['cafe', 'café'],
    ['модель', 'данные'],
  ])('%j and %j are two names', (a, b) => expect(skeletonKey(a)).not.toBe(skeletonKey(b)))

  it('are kept in NFC', () => expect(modelName('cafe\u0301')).toBe('caf\u00e9'))

  it.each(['', '  ', '\u3000', 'a/b', 'a:b', 'a%2Fb', 'a%252fb', 'a%3Ab', 'a%00b', '.', '..', '..a', '%2e%2e', 'a\u0000b', 'a\u200bb', 'a\u202eb', 'a\nb', '\ud800', 'x'.repeat(501)])(
    '%j is none',
    (name) => expect(() => modelName(name)).toThrow(),
  )
  it.each(['100%', 'a.b', 'a b', '模型', 'x'.repeat(257), 'm-1', '50%20', "it's"])('%j is one', (name) => expect(modelName(name)).toBe(name))
})

describe('other names', () => {
  it('reads version numbers as Python reads them', () => {
    expect([versionNumber('7'), versionNumber(' 7 '), versionNumber('1_000'), versionNumber('-1')]).toEqual([7, 7, 1000, -1])
    for (const text of ['x', '', '1.0', '1e3', '0x1', '٧x']) expect(() => versionNumber(text), text).toThrow(`Parameter 'version' must be an integer, got '${text}'.`)
  })
  it.each(['latest', 'LATEST', 'v1', 'V23'])('reserves the alias %s', (alias) => expect(() => newAliasName(alias)).toThrow('is reserved'))
  it.each(['', 'a b', 'a/b', 'a@b', 'x'.repeat(256)])('refuses the alias %j', (alias) => expect(() => aliasName(alias)).toThrow())
  it.each(['champion', 'v1a', 'vv1', 'a_b-c', 'größte'])('takes the alias %s', (alias) => expect(newAliasName(alias)).toBe(alias))
  it.each(['', '../a', 'a//b', '/a', 'a/', './a', 'a/../b', 'a\nb', "a'b", 'x'.repeat(251)])('refuses the tag key %j', (key) => expect(() => tagKey(key)).toThrow())
  it.each(['mlflow.prompt.is_prompt', 'a/b', 'a b:c-d', 'ключ'])('takes the tag key %s', (key) => expect(tagKey(key)).toBe(key))
  it('lets the last of equal tags win', () =>
    expect(
      tagsOf([
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
        { key: 'a', value: '3' },
      ]),
    ).toEqual([
      { key: 'a', value: '3' },
      { key: 'b', value: '2' },
    ]))
})
