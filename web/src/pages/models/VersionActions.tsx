import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import { type Problem, problemOf } from '../../data/problem.ts'
import { missingRight, useProject } from '../../shell/project.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Menu, MenuHead, MenuItem } from '../../ui/Menu.tsx'
import { say } from '../../ui/Toast.tsx'
import { type Stage, stages, stageWords } from './signs.tsx'
import type { Version } from './VersionsTable.tsx'

const setStage = graphql(`
  mutation VersionActionsStage($input: SetModelVersionStageInput!) {
    setModelVersionStage(input: $input) {
      modelVersion {
        id
        projectId
        stage
      }
    }
  }
`)

const setAlias = graphql(`
  mutation VersionActionsAlias($input: SetModelAliasInput!) {
    setModelAlias(input: $input) {
      modelVersion {
        id
        projectId
        aliases
      }
    }
  }
`)

const deleteAlias = graphql(`
  mutation VersionActionsRemoveAlias($input: DeleteModelAliasInput!) {
    deleteModelAlias(input: $input) {
      ok
    }
  }
`)

/** Moves the chosen version between stages and names it by an alias. */
export function VersionActions({ model, version, aliases, onDone }: { model: string; version: Version; aliases: readonly { readonly alias: string; readonly version: number }[]; onDone: () => void }) {
  const here = useProject()
  const [, stage] = useMutation(setStage)
  const [naming, setNaming] = useState(false)
  const reason = missingRight(here, 'registry.version.promote')
  const move = async (to: Stage): Promise<void> => {
    const { error } = await stage({ input: { project: here.name, model, version: version.version, stage: to, archiveExisting: false } })
    say(error ? problemOf(error, 'The stage').detail : `v${version.version} stands in ${stageWords[to]}.`, error ? 'alert' : 'check')
    onDone()
  }
  return (
    <>
      <Button icon="tag" disabledReason={reason} onClick={() => setNaming(true)}>
        Aliases of v{version.version}
      </Button>
      {reason ? (
        <Button kind="pri" disabledReason={reason}>
          Move v{version.version}
        </Button>
      ) : (
        <Menu
          label={`Move v${version.version} to a stage`}
          align="end"
          trigger={
            <Button kind="pri" icon="chevronDown">
              Move v{version.version}
            </Button>
          }
        >
          <MenuHead>Move v{version.version} to</MenuHead>
          {stages
            .filter((one) => one !== version.stage)
            .map((one) => (
              <MenuItem key={one} onSelect={() => void move(one)}>
                {stageWords[one]}
              </MenuItem>
            ))}
        </Menu>
      )}
      <AliasDialog open={naming} model={model} version={version.version} aliases={aliases} onClose={() => setNaming(false)} onDone={onDone} />
    </>
  )
}

function AliasDialog({
  open,
  model,
  version,
  aliases,
  onClose,
  onDone,
}: {
  open: boolean
  model: string
  version: number
  aliases: readonly { readonly alias: string; readonly version: number }[]
  onClose: () => void
  onDone: () => void
}) {
  const here = useProject()
  const [, put] = useMutation(setAlias)
  const [, remove] = useMutation(deleteAlias)
  const [alias, setText] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const settle = (error: Parameters<typeof problemOf>[0] | undefined): void => {
    setProblem(error && problemOf(error, 'The alias'))
    if (error) return
    setText('')
    onDone()
  }
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    settle((await put({ input: { project: here.name, model, alias, version } })).error)
  }
  const other = aliases.find((one) => one.alias === alias && one.version !== version)
  return (
    <Dialog open={open} onClose={onClose} title={`Aliases of v${version}`} description="Callers load a model by its alias. An alias names one version; giving it again moves it.">
      <ul className="lines boxed">
        {aliases
          .filter((one) => one.version === version)
          .map((one) => (
            <li key={one.alias}>
              <span className="alias">@{one.alias}</span>
              <span className="end">
                <Button
                  small
                  kind="ghost"
                  icon="close"
                  aria-label={`Remove alias ${one.alias}`}
                  onClick={() => void remove({ input: { project: here.name, model, alias: one.alias } }).then(({ error }) => settle(error))}
                />
              </span>
            </li>
          ))}
      </ul>
      <form className="stack" onSubmit={(event) => void add(event)}>
        <Field
          label="Alias"
          required
          autoFocus
          value={alias}
          onChange={(event) => setText(event.target.value)}
          placeholder="champion"
          error={problem?.detail}
          hint={other ? `@${alias} moves here from v${other.version}.` : undefined}
          spellCheck={false}
        />
        <div className="row end">
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" kind="pri">
            Set alias
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
