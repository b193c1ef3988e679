import { useSearchParams } from 'react-router'
import { Panel } from '../../ui/Panel.tsx'
import { ArtifactPreview } from './ArtifactPreview.tsx'
import { ArtifactTree } from './ArtifactTree.tsx'

/** The run's files: a tree that opens folder by folder, and the chosen file beside it. The choice is in the address. */
export function Artifacts({ project, run, artifactUri }: { project: string; run: string; artifactUri: string }) {
  const [params, setParams] = useSearchParams()
  const chosen = params.get('file') ?? undefined
  const choose = (path: string): void =>
    setParams(
      (old) => {
        old.set('file', path)
        return old
      },
      { replace: true },
    )
  return (
    <Panel title="Artifacts">
      <div className="artifacts">
        <ArtifactTree project={project} run={run} chosen={chosen} onChoose={choose} />
        <div className="pv">
          {chosen === undefined ? <p className="pad sm muted">Choose a file to look into it.</p> : <ArtifactPreview key={chosen} project={project} artifactUri={artifactUri} path={chosen} />}
        </div>
      </div>
    </Panel>
  )
}
