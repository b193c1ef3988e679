/** Who is signed in: the cookie's session as the identity service tells it. One store outside React. */
import { useSyncExternalStore } from 'react'
import { served } from '../paths.ts'
import { offlineProblem, type Problem, problemOfResponse } from './problem.ts'

export interface SessionUser {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly isAdmin: boolean
}

export type Session =
  | { readonly state: 'unknown' }
  | { readonly state: 'failed'; readonly problem: Problem }
  /** `ended`: it was open on this page before. */
  | { readonly state: 'out'; readonly ended: boolean }
  | { readonly state: 'in'; readonly user: SessionUser; readonly mustChangePassword: boolean }

let current: Session = { state: 'unknown' }
const listeners = new Set<() => void>()

function set(next: Session): void {
  current = next
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useSession = (): Session => useSyncExternalStore(subscribe, () => current)

/** Asks the server whose cookie this is. Called at the start, after signing in and after a change of the password. */
export async function readSession(): Promise<void> {
  const response = await fetch(served.session, { headers: { accept: 'application/json' } }).catch(() => undefined)
  if (!response) return set({ state: 'failed', problem: offlineProblem('Your session') })
  if (response.status === 401) return set({ state: 'out', ended: false })
  if (!response.ok) return set({ state: 'failed', problem: await problemOfResponse(response, 'Your session') })
  const body: unknown = await response.json().catch(() => undefined)
  const person: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'user') : undefined
  const user = userIn(person)
  set(user ? { state: 'in', user, mustChangePassword: flag(person, 'mustChangePassword') } : { state: 'out', ended: false })
}

/** Resolves to the reason when the door stays shut. */
export async function signIn(username: string, password: string): Promise<Problem | undefined> {
  const response = await fetch(served.login, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify({ username, password }) }).catch(
    () => undefined,
  )
  if (!response) return offlineProblem('Signing in')
  if (!response.ok) return problemOfResponse(response, 'Signing in')
  await readSession()
  return undefined
}

export async function signOut(): Promise<void> {
  await fetch(served.logout, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).catch(() => undefined)
  set({ state: 'out', ended: false })
}

/** The server refused a request of an open session: it ended meanwhile. */
export function sessionEnded(): void {
  if (current.state === 'in') set({ state: 'out', ended: true })
}

function userIn(user: unknown): SessionUser | undefined {
  if (typeof user !== 'object' || user === null) return undefined
  const text = (key: string): string => String(Reflect.get(user, key) ?? '')
  return { id: text('id'), username: text('username'), displayName: text('displayName') || text('username'), isAdmin: flag(user, 'isAdmin') }
}

const flag = (record: unknown, key: string): boolean => typeof record === 'object' && record !== null && Reflect.get(record, key) === true
