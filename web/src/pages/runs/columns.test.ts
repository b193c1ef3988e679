import { describe, expect, it } from 'vitest'
import { groupsOf } from '../../ui/groups.ts'
import { columnOf, columnsFrom, columnsText, defaultColumns, nextOrder, orderClause, orderFrom, orderText, toggled } from './columns.ts'

const available = { metrics: ['a', 'b', 'c', 'd', 'e', 'f'], params: ['p1'], tags: ['t', 'mlflow.source.name'] }

describe('columns in the address', () => {
  it('come back as they were, whatever the key holds', () => {
    const columns = [{ kind: 'metric', key: 'val, loss:%' } as const, { kind: 'tag', key: 'a.b' } as const]
    expect(columnsFrom(columnsText(columns), available)).toEqual(columns)
  })
  it('begin with five metrics and no tags', () => {
    expect(columnsFrom(null, available)).toEqual(defaultColumns(available))
    expect(defaultColumns(available).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd', 'e', 'p1'])
  })
  it('can be none at all', () => expect(columnsFrom('-', available)).toEqual([]))
  it('stay grouped when they are written in another order', () => expect(columnsFrom('p:x,m:y', available).map(({ kind }) => kind)).toEqual(['metric', 'param']))
  it('leave out what is no column', () => expect([columnOf('x:1'), columnOf('m:'), columnOf('')]).toEqual([undefined, undefined, undefined]))
  it('toggle on and off', () => {
    const one = { kind: 'param', key: 'lr' } as const
    expect(toggled(toggled([], one), one)).toEqual([])
  })
})

describe('order', () => {
  it('is the newest run first unless the address says otherwise', () => {
    expect(orderClause(orderFrom(null))).toBe('attributes.start_time DESC')
    expect(orderClause(orderFrom('nonsense.desc'))).toBe('attributes.start_time DESC')
  })
  it('quotes the key of a metric that holds dots', () => expect(orderClause(orderFrom('m:val.loss.asc'))).toBe('metrics.`val.loss` ASC'))
  it('comes back from the address', () => expect(orderFrom(orderText({ column: 'p:lr', descending: true }))).toEqual({ column: 'p:lr', descending: true }))
  it('begins with the largest metric and the first name, then turns round', () => {
    const first = nextOrder({ column: 'started', descending: true }, 'm:acc')
    expect(first).toEqual({ column: 'm:acc', descending: true })
    expect(nextOrder(first, 'm:acc')).toEqual({ column: 'm:acc', descending: false })
    expect(nextOrder(first, 'name').descending).toBe(false)
  })
})

it('neighbours of one group share a head', () =>
  expect(groupsOf([{ group: 'Run' }, { group: 'Run' }, { group: 'Metrics' }, {}])).toEqual([
    ['Run', 2],
    ['Metrics', 1],
    ['', 1],
  ]))
