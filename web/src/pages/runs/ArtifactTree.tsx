import { type KeyboardEvent, useState } from 'react'
import { graphql } from '../../data/gql/index.ts'
import type { ArtifactTreeQuery } from '../../data/gql/graphql.ts'
import { useRead } from '../../data/read.ts'
import { bytes } from '../../format/numbers.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import type { IconName } from '../../ui/icons.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { isImage } from './preview.ts'

const document = graphql(`
  query ArtifactTree($project: String!, $run: ID!, $path: String!) {
    project(name: $project) {
      id
      run(id: $run) {
        id
        projectId
        artifacts(path: $path) {
          path
          isDir
          size
        }
      }
    }
  }
`)

type Artifact = NonNullable<NonNullable<ArtifactTreeQuery['project']>['run']>['artifacts'][number]

interface TreeProps {
  readonly project: string
  readonly run: string
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
}

export function ArtifactTree(props: TreeProps) {
  return (
    <div className="tree" role="tree" aria-label="Artifacts" onKeyDown={onKey}>
      <Folder {...props} path="" level={1} />
    </div>
  )
}

function Folder({ path, level, ...props }: TreeProps & { path: string; level: number }) {
  const { value, loading, problem, retry } = useRead({ document, variables: { project: props.project, run: props.run, path }, select: (data) => data.project?.run?.artifacts, what: 'Artifacts' })
  if (problem) {
    return (
      <div role="none">
        <ErrorState problem={problem} onRetry={retry} />
      </div>
    )
  }
  if (loading || !value) {
    return (
      <div role="none">
        <Skeleton rows={2} label="Loading artifacts" />
      </div>
    )
  }
  if (value.length === 0) {
    return (
      <div role="none" className="pad sm muted">
        {path === '' ? 'No files were logged.' : 'Empty folder.'}
      </div>
    )
  }
  const sorted = value.toSorted((a, b) => Number(b.isDir) - Number(a.isDir) || a.path.localeCompare(b.path))
  return sorted.map((artifact, i) => <Entry key={artifact.path} {...props} artifact={artifact} level={level} first={level === 1 && i === 0} />)
}

function Entry({ artifact, level, first, ...props }: TreeProps & { artifact: Artifact; level: number; first: boolean }) {
  const { path, isDir, size } = artifact
  const [open, setOpen] = useState(() => props.chosen?.startsWith(`${path}/`) ?? false)
  const on = props.chosen === path
  const act = (): void => (isDir ? setOpen(!open) : props.onChoose(path))
  return (
    <div role="none">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys of all its items */}
      <div
        role="treeitem"
        aria-level={level}
        aria-expanded={isDir ? open : undefined}
        aria-selected={on}
        tabIndex={on || (first && props.chosen === undefined) ? 0 : -1}
        className={`leaf l${Math.min(level, 6)} ${on ? 'on' : ''}`}
        onClick={act}
        data-open={isDir ? String(open) : undefined}
      >
        <span className="twist">{isDir && <Icon name={open ? 'chevronDown' : 'chevronRight'} size="s" />}</span>
        <Icon name={iconOf(artifact, open)} size="s" />
        <span className="ell" title={path}>
          {path.split('/').at(-1)}
        </span>
        {size != null && <span className="sz">{bytes(size)}</span>}
      </div>
      {isDir && open && (
        <div role="group">
          <Folder {...props} path={path} level={level + 1} />
        </div>
      )}
    </div>
  )
}

function iconOf({ path, isDir }: Artifact, open: boolean): IconName {
  if (isDir) return open ? 'folderOpen' : 'folder'
  if (isImage(path)) return 'image'
  if (/\.(csv|tsv|parquet|arrow|jsonl)$/i.test(path)) return 'fileTable'
  return /(\.(json|ya?ml|py|toml|xml|html)|MLmodel)$/i.test(path) ? 'fileCode' : 'file'
}

/** Arrows walk the tree: up and down between what is visible, right opens, left closes, Enter chooses. */
function onKey(event: KeyboardEvent<HTMLElement>): void {
  const item = event.target
  if (!(item instanceof HTMLElement) || item.getAttribute('role') !== 'treeitem') return
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')]
  const at = items.indexOf(item)
  const open = item.dataset['open']
  if (event.key === 'ArrowDown') items[at + 1]?.focus()
  else if (event.key === 'ArrowUp') items[at - 1]?.focus()
  else if (event.key === 'Home') items[0]?.focus()
  else if (event.key === 'End') items.at(-1)?.focus()
  else if (event.key === 'Enter' || event.key === ' ') item.click()
  else if (event.key === 'ArrowRight' && open === 'false') item.click()
  else if (event.key === 'ArrowRight' && open === 'true') items[at + 1]?.focus()
  else if (event.key === 'ArrowLeft' && open === 'true') item.click()
  else if (event.key === 'ArrowLeft')
    items
      .slice(0, at)
      .findLast((one) => Number(one.ariaLevel) < Number(item.ariaLevel))
      ?.focus()
  else return
  event.preventDefault()
}
