import { describe, expect, it } from 'vitest'
import { bool, double, int, list, message, oneOf, text } from '#shared/rest/mlflow-message.ts'
import type { RawInput } from '#shared/rest/route.ts'

const Example = message({
  name: text.required(),
  artifact_location: text,
  count: int,
  value: double,
  flag: bool,
  view: oneOf('ACTIVE', 'DELETED'),
  tags: list({ key: text.required(), value: text }),
  run_id: text.alias('run_uuid'),
})
const post = (body: unknown, type: string | undefined = 'application/json'): RawInput => ({ method: 'POST', params: {}, query: new URLSearchParams(), body, headers: { 'content-type': type } })
const get = (query: string): RawInput => ({ method: 'GET', params: {}, query: new URLSearchParams(query), body: undefined, headers: {} })
const help = 'See the API docs for more information about request parameters.'

describe('MLflow requests', () => {
  it('reads snake_case, camelCase and aliases', () => {
    expect(Example.read(post({ name: 'n', artifactLocation: 'l', run_uuid: 'r' }))).toEqual({ name: 'n', artifact_location: 'l', run_id: 'r' })
  })
  it('refuses both spellings of one field', () => {
    expect(() => Example.read(post({ name: 'n', artifact_location: 'a', artifactLocation: 'b' }))).toThrow(
      "Request specifies both 'artifact_location' and 'artifactLocation'; provide only one of them.",
    )
  })
  it.each([[{}], [{ name: null }], [{ name: '' }], [undefined], ['not json']])('misses the name in %j', (body) => {
    expect(() => Example.read(post(body))).toThrow(`Missing value for required parameter 'name'. ${help}`)
  })
  it('words wrong types as Python does', () => {
    expect(() => Example.read(post({ name: 123 }))).toThrow(`Invalid value 123 for parameter 'name' supplied:  Hint: Value was of type 'int'. ${help}`)
    expect(() => Example.read(post({ name: 'n', tags: '5' }))).toThrow(`Invalid value "5" for parameter 'tags' supplied:  Hint: Value was of type 'str'. ${help}`)
  })
  it('tells floats that hold integers from integers, where only Python would', () => {
    const written = (bodyText: string) => Example.read({ ...post(JSON.parse(bodyText)), bodyText })
    expect(() => written('{"name":"n","artifact_location":9.0}')).toThrow(`Invalid value 9.0 for parameter 'artifact_location' supplied:  Hint: Value was of type 'float'. ${help}`)
    expect(() => written('{"name":"n","tags":[{"key":"a"},{"key":2e1}]}')).toThrow(`Invalid value 20.0 for parameter 'tags[1].key' supplied:  Hint: Value was of type 'float'. ${help}`)
    expect(() => written('{"name":"n","value":9.0,"artifact_location":9}')).toThrow("Invalid value 9 for parameter 'artifact_location' supplied:  Hint: Value was of type 'int'.")
    expect(written('{"name":"n","count":9.0,"value":2.0}')).toEqual({ name: 'n', count: 9, value: 2 })
  })
  it('indexes what is missing inside a list', () => {
    expect(() => Example.read(post({ name: 'n', tags: [{ value: 'v' }] }))).toThrow("'tags[0].key'")
  })
  it('decodes a JSON string a second time', () => expect(Example.read(post('{"name":"n"}'))).toEqual({ name: 'n' }))
  it('takes 64-bit integers exactly, as numbers or strings', () => {
    expect(Example.read(post({ name: 'n', count: '9223372036854775807' })).count).toBe(9223372036854775807n)
    expect(Example.read(post({ name: 'n', count: '12' })).count).toBe(12)
    expect(() => Example.read(post({ name: 'n', count: '9223372036854775808' }))).toThrow('Invalid value')
  })
  it('takes special doubles', () => expect(Example.read(post({ name: 'n', value: '-Infinity' })).value).toBe(Number.NEGATIVE_INFINITY))
  it('ignores unknown enum names and counts enum numbers from 1', () => {
    expect(Example.read(post({ name: 'n', view: 'NOPE' })).view).toBeUndefined()
    expect(Example.read(post({ name: 'n', view: 2 })).view).toBe('DELETED')
  })
  it('demands a JSON content type', () => {
    expect(() => Example.read({ ...post({ name: 'n' }), headers: {} })).toThrow('Bad Request. Content-Type header is missing.')
    expect(() => Example.read(post({ name: 'n' }, 'text/plain'))).toThrow("Bad Request. Content-Type must be one of ['application/json'].")
    expect(Example.read(post({ name: 'n' }, 'application/json; charset=utf-8')).name).toBe('n')
  })
  it('reads queries', () => {
    expect(Example.read(get('name=n&count=3&flag=TRUE&run_uuid=r'))).toEqual({ name: 'n', count: 3, flag: true, run_id: 'r' })
    expect(() => Example.read(get('name=n&flag=yes'))).toThrow("Invalid boolean value: yes, must be 'true' or 'false'.")
  })
})
