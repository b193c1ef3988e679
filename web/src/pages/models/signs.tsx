/** MLflow's stages in the order of the board, and how aliases and stages are written. */

export const stages = ['None', 'Staging', 'Production', 'Archived'] as const
export type Stage = (typeof stages)[number]
export const stageWords: Readonly<Record<Stage, string>> = { None: 'No stage', Staging: 'Staging', Production: 'Production', Archived: 'Archived' }

export const stageLook = (stage: string): string => ({ Production: 'ok', Staging: 'acc' })[stage] ?? ''

export function Aliases({ aliases }: { aliases: readonly { readonly alias: string; readonly version?: number }[] }) {
  return (
    <span className="row tight">
      {aliases.map(({ alias, version }) => (
        <span key={alias} className="alias">
          @{alias}
          {version !== undefined && <span className="to">v{version}</span>}
        </span>
      ))}
    </span>
  )
}
