import { useEffect, useState } from 'react'
import { problemFrom } from '../../data/problem.ts'
import { bytes, counted } from '../../format/numbers.ts'
import { artifactFile, served } from '../../paths.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { type Head, isImage, type Preview, previewBytes, readHead } from './preview.ts'

/** One file: an image, a table or text from its first bytes; anything else is offered for download. */
export function ArtifactPreview({ project, artifactUri, path }: { project: string; artifactUri: string; path: string }) {
  const file = artifactFile(artifactUri, path)
  if (file === undefined) return <ErrorState problem={problemFrom({ code: 'BAD_USER_INPUT', message: `Artifacts at ${artifactUri} are not served from here` }, path)} />
  const address = served.artifact(project, file)
  return (
    <>
      <div className="pvh row">
        <span className="mono ell" title={path}>
          {path}
        </span>
        <span className="row tight end">
          <CopyButton text={`${artifactUri}/${path}`} label="Copy artifact URI" />
          <a className="btn sm" href={address} download={path.split('/').at(-1)}>
            <Icon name="download" size="s" />
            Download
          </a>
        </span>
      </div>
      {isImage(path) ? <Picture address={address} path={path} /> : <Contents address={address} path={path} />}
    </>
  )
}

/** Shown by an img element, where a script inside an SVG does not run. */
function Picture({ address, path }: { address: string; path: string }) {
  const [failed, setFailed] = useState(false)
  if (failed) return <ErrorState problem={problemFrom({ code: 'BAD_USER_INPUT', message: 'The file is not an image that this browser can draw. Download it instead' }, path)} />
  return (
    <div className="stage">
      <img src={address} alt={path} onError={() => setFailed(true)} />
    </div>
  )
}

function Contents(props: { address: string; path: string }) {
  const [attempt, setAttempt] = useState(0)
  return <Attempt key={attempt} {...props} onRetry={() => setAttempt(attempt + 1)} />
}

function Attempt({ address, path, onRetry }: { address: string; path: string; onRetry: () => void }) {
  const [head, setHead] = useState<Head>()
  useEffect(() => {
    const stop = new AbortController()
    setHead(undefined)
    void readHead(address, path, stop.signal).then((next) => !stop.signal.aborted && setHead(next))
    return () => stop.abort()
  }, [address, path])
  if (!head) return <Skeleton rows={6} label="Loading the preview" />
  if ('problem' in head) return <ErrorState problem={head.problem} onRetry={onRetry} />
  return <Shown preview={head.preview} path={path} />
}

function Shown({ preview, path }: { preview: Preview; path: string }) {
  if (preview.kind === 'binary') return <p className="pad sm muted">This kind of file has no preview. Download it to look inside.</p>
  const cut = preview.cut && (
    <p className="cut xs">
      {preview.kind === 'table' ? `The first ${counted(preview.rows.length, 'row')}. Download the file for the rest.` : `The first ${bytes(previewBytes)}. Download the file for the rest.`}
    </p>
  )
  if (preview.kind === 'table') {
    return (
      <>
        <DataTable label={`Rows of ${path}`} columns={preview.head.map((name) => ({ name }))} rows={preview.rows} />
        {cut}
      </>
    )
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre className="code file" role="region" tabIndex={0} aria-label={`Text of ${path}`}>
        {preview.text === '' ? 'The file is empty.' : preview.text}
      </pre>
      {cut}
    </>
  )
}
