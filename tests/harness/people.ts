/** The people of the acceptance rows: alice owns p1 and p2, bob contributes to p1, vera views p1, mallory has nothing. */
import { Person, signIn, withToken as personWithToken } from '../../examples/demo/person.ts'

export const passwordOf = (name: string): string => `long enough, no. ${name.length}`
export type Name = 'alice' | 'bob' | 'vera' | 'mallory'

export interface Cast {
  readonly alice: Person
  readonly bob: Person
  readonly vera: Person
  readonly mallory: Person
  /** A token of each person, for clients. */
  readonly tokens: Readonly<Record<Name, string>>
  readonly anonymous: Person
}

const memberships: readonly (readonly [project: string, name: Name, role: string])[] = [
  ['p1', 'alice', 'OWNER'],
  ['p1', 'bob', 'CONTRIBUTOR'],
  ['p1', 'vera', 'VIEWER'],
  ['p2', 'alice', 'OWNER'],
]

export async function makePeople(admin: Person): Promise<Cast> {
  const names: readonly Name[] = ['alice', 'bob', 'vera', 'mallory']
  for (const project of ['p1', 'p2']) await admin.ensureProject(project, `Project ${project}`, '')
  for (const name of names) await admin.ensureUser(name, name, passwordOf(name))
  for (const [project, name, role] of memberships) await admin.setMember(project, name, role)
  const [alice, bob, vera, mallory] = await Promise.all(names.map((name) => withToken(signIn(admin.url, name, passwordOf(name)))))
  if (!alice || !bob || !vera || !mallory) throw new Error('four people were made')
  return {
    alice: alice.person,
    bob: bob.person,
    vera: vera.person,
    mallory: mallory.person,
    tokens: { alice: alice.token, bob: bob.token, vera: vera.token, mallory: mallory.token },
    anonymous: new Person(admin.url),
  }
}

async function withToken(person: Person): Promise<{ person: Person; token: string }> {
  const token = await person.newToken('end-to-end')
  return { token, person: personWithToken(person.url, token) }
}
