/** The project of the address: who I am in it and what I may do, for every page below the shell. */
import { createContext, useContext } from 'react'

export interface ProjectHere {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly role: string | undefined
  readonly can: ReadonlySet<string>
  /** User names of the owners: the people who can grant what is missing. */
  readonly owners: readonly string[]
}

export const ProjectContext = createContext<ProjectHere | undefined>(undefined)

export function useProject(): ProjectHere {
  const project = useContext(ProjectContext)
  if (!project) throw new Error('useProject outside a project route')
  return project
}

/** Undefined when held; otherwise the sentence for the disabled control. */
export function missingRight(project: ProjectHere, permission: string): string | undefined {
  if (project.can.has(permission)) return undefined
  const who = project.owners.length === 0 ? 'An administrator' : listed(project.owners)
  return `Needs right ${permission}. ${project.role ? `You are ${project.role.toLowerCase()} here. ` : ''}${who} can grant it.`
}

const listed = (names: readonly string[]): string => (names.length <= 2 ? names.join(' or ') : `${names.slice(0, 2).join(', ')} or ${names.length - 2} more`)
