import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { permissions } from '#shared/policy.ts'
import { dialects, type DialectServer, type DialectUnderTest } from '#identity/testing/dialects.ts'
import { ADMIN_PASSWORD, HERE, newProcess, refusedWith } from '#identity/testing/given.ts'

const seedTables = ['component', 'element', 'operation', 'permission', 'user', 'user_permission']

async function columnsOf(dialect: DialectUnderTest, url: string): Promise<string[]> {
  const rows = await dialect.byHand(url, "SELECT table_schema AS s, table_name AS t, column_name AS c, is_nullable AS n, data_type AS d FROM information_schema.columns WHERE table_schema IN ('auth', 'identity')")
  const family = (type: unknown): string => ({ 'character varying': 'varchar', integer: 'int', tinyint: 'boolean' })[String(type)] ?? String(type)
  return rows.filter((r) => r['t'] !== '__migrations').map((r) => `${r['s']}.${r['t']}.${r['c']} ${family(r['d'])} ${r['n']}`).sort()
}

/** `table unique? (columns)`; what an index is called differs and does not matter. */
async function indexesOf(dialect: DialectUnderTest, url: string): Promise<string[]> {
  const rows =
    dialect.name === 'MariaDB'
      ? await dialect.byHand(url, "SELECT table_schema AS s, table_name AS t, index_name AS i, non_unique = 0 AS u, column_name AS c FROM information_schema.statistics WHERE table_schema IN ('auth', 'identity') ORDER BY seq_in_index")
      : await dialect.byHand(
          url,
          `SELECT n.nspname AS s, t.relname AS t, i.relname AS i, x.indisunique AS u, a.attname AS c FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
           CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum WHERE n.nspname IN ('auth', 'identity') ORDER BY k.place`,
        )
  const indexes = new Map<string, { what: string; columns: string[] }>()
  for (const r of rows.filter((row) => row['t'] !== '__migrations')) {
    const key = `${r['s']}.${r['t']}.${r['i']}`
    const entry = indexes.get(key) ?? { what: `${r['s']}.${r['t']}${r['u'] === true || Number(r['u']) === 1 ? ' unique' : ''}`, columns: [] }
    entry.columns.push(String(r['c']))
    indexes.set(key, entry)
  }
  const foreignKeys = new Set(['auth.element (component_id)', 'auth.permission (component_id)', 'auth.permission (element_id)', 'auth.permission (operation_id)', 'auth.user_permission (permission_id)'])
  // InnoDB adds an index to every foreign key.
  return [...indexes.values()].map(({ what, columns }) => `${what} (${columns.join(', ')})`).filter((index) => !foreignKeys.has(index)).sort()
}

it('shapes both dialects alike', async () => {
  const shapes: { columns: string[]; indexes: string[] }[] = []
  for (const dialect of dialects) {
    const server = await dialect.open()
    const url = await server.fresh()
    const { identity } = await newProcess(url)
    await identity.migrate()
    shapes.push({ columns: await columnsOf(dialect, url), indexes: await indexesOf(dialect, url) })
    await identity.stop()
    await server.stop()
  }
  expect(shapes[0]!.columns.length).toBeGreaterThan(50)
  for (const shape of shapes) expect(shape).toEqual(shapes[0])
})

for (const dialect of dialects)
  describe(`the database of identity on ${dialect.name}`, () => {
    let server: DialectServer
    beforeAll(async () => {
      server = await dialect.open()
    })
    afterAll(() => server.stop())

    it('is migrated and seeded once by two processes that start together', async () => {
      const url = await server.fresh()
      const both = await Promise.all([newProcess(url), newProcess(url)])
      await Promise.all(both.map(({ identity }) => identity.migrate()))
      await Promise.all(both.map(({ identity }) => identity.start()))
      expect(await dialect.byHand(url, 'SELECT username FROM auth.user')).toEqual([{ username: 'admin' }])
      expect(await dialect.byHand(url, 'SELECT name FROM identity.projects')).toEqual([{ name: 'default' }])
      for (const { identity } of both) {
        expect(await identity.ports.authenticate({ kind: 'password', user: 'admin', password: ADMIN_PASSWORD }, HERE)).not.toBeNull()
        await identity.stop()
      }
    })

    it('is left alone by a second start', async () => {
      const url = await server.fresh()
      for (const adminPassword of [ADMIN_PASSWORD, 'another-long-secret']) {
        const { identity } = await newProcess(url, { adminPassword })
        await identity.migrate()
        await identity.start()
        expect(identity.firstPassword()).toBeUndefined()
        expect(await identity.ports.authenticate({ kind: 'password', user: 'admin', password: 'another-long-secret' }, HERE)).toBeNull()
        await identity.stop()
      }
    })

    it('refuses to start on a database that is ahead', async () => {
      const url = await server.fresh()
      const { identity } = await newProcess(url)
      await identity.migrate()
      await dialect.byHand(url, "INSERT INTO identity.__migrations (hash, created_at) VALUES ('of a later version', 9999999999999)")
      await expect(identity.migrate()).rejects.toThrow(/has 4 migrations, this version expects 3/)
      await identity.stop()
    })

    it('generates a first password that is told once and must be changed', async () => {
      const url = await server.fresh()
      const first = await newProcess(url, { adminPassword: undefined })
      await first.identity.migrate()
      await first.identity.start()
      const password = first.identity.firstPassword()
      expect(password).toMatch(/^[0-9A-Za-z]{7}-[0-9A-Za-z]{7}-[0-9A-Za-z]{7}$/)
      await expect(first.identity.ports.authenticate({ kind: 'password', user: 'admin', password: password! }, HERE)).rejects.toSatisfy(refusedWith('FORBIDDEN'))
      await first.identity.stop()
    })

    it('takes no weak password for the first administrator', async () => {
      const { identity } = await newProcess(await server.fresh(), { adminPassword: 'admin' })
      await identity.migrate()
      await expect(identity.start()).rejects.toSatisfy(refusedWith('INVALID'))
      await identity.stop()
    })

    it('holds the vocabulary in exactly the six tables of the seed', async () => {
      const url = await server.fresh()
      const { identity } = await newProcess(url)
      await identity.migrate()
      await identity.start()
      const tables = await dialect.byHand(url, "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'auth'")
      expect(tables.map((r) => r['t']).sort()).toEqual(seedTables)
      expect((await dialect.byHand(url, 'SELECT id FROM auth.permission')).map((r) => r['id']).sort()).toEqual([...permissions].sort())
      const words = await dialect.byHand(
        url,
        'SELECT c.name AS c, e.name AS e, o.name AS o FROM auth.permission p JOIN auth.component c ON c.id = p.component_id JOIN auth.element e ON e.id = p.element_id JOIN auth.operation o ON o.id = p.operation_id',
      )
      expect(words.map((r) => `${r['c']}.${r['e']}.${r['o']}`).sort()).toEqual([...permissions].sort())
      await identity.stop()
    })

    it('says UNAVAILABLE when it is gone', async () => {
      const url = new URL(await server.fresh())
      url.port = '1'
      const { identity } = await newProcess(url.href)
      await expect(identity.ports.epoch()).rejects.toSatisfy(refusedWith('UNAVAILABLE'))
      await expect(identity.ports.snapshot('someone')).rejects.toSatisfy(refusedWith('UNAVAILABLE'))
      await expect(identity.ports.authenticate({ kind: 'session', secret: 'x' }, HERE)).rejects.toSatisfy(refusedWith('UNAVAILABLE'))
      expect(await identity.health()).toMatchObject([{ ok: false }])
      await identity.stop()
    })
  })
