import { type DragEvent, type FormEvent, useRef, useState } from 'react'
import type { Problem } from '../../data/problem.ts'
import { uploadDataset } from '../../data/upload.ts'
import { bytes } from '../../format/numbers.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Field } from '../../ui/Field.tsx'
import { Icon } from '../../ui/Icon.tsx'

const kinds = '.csv,.tsv,.jsonl,.parquet,.arrow'

/** Uploads a new dataset, or with `dataset` the next version of that one. */
export function UploadDialog({ project, dataset, open, onClose, onDone }: { project: string; dataset?: string; open: boolean; onClose: () => void; onDone: (name: string, version: number) => void }) {
  return (
    <Dialog open={open} onClose={onClose} title={dataset ? `New version of ${dataset}` : 'Upload a dataset'} description="CSV, TSV, JSON lines, Parquet or Arrow. The same bytes are the same version.">
      <UploadForm project={project} dataset={dataset} onClose={onClose} onDone={onDone} />
    </Dialog>
  )
}

function UploadForm({ project, dataset, onClose, onDone }: { project: string; dataset?: string; onClose: () => void; onDone: (name: string, version: number) => void }) {
  const [file, setFile] = useState<File>()
  const [name, setName] = useState(dataset ?? '')
  const [message, setMessage] = useState('')
  const [share, setShare] = useState<number>()
  const [problem, setProblem] = useState<Problem>()
  const stop = useRef<AbortController>(undefined)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!file || share !== undefined) return
    stop.current = new AbortController()
    setProblem(undefined)
    setShare(0)
    const answer = await uploadDataset(project, { file, name, message, description: '', asVersion: dataset !== undefined }, setShare, stop.current.signal)
    setShare(undefined)
    if ('problem' in answer) {
      if (!stop.current.signal.aborted) setProblem(answer.problem)
    } else onDone(answer.name || name, answer.version)
  }
  const cancel = (): void => (share === undefined ? onClose() : stop.current?.abort())
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <FilePicker file={file} onFile={setFile} />
      {!dataset && (
        <Field
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder={
            file
              ? file.name
                  .replace(/\.[^.]+$/, '')
                  .toLowerCase()
                  .replaceAll(' ', '_')
              : 'from the file name'
          }
          spellCheck={false}
        />
      )}
      <Field label="Message" value={message} onChange={(event) => setMessage(event.target.value)} placeholder="What is new in it" />
      {share !== undefined && (
        <div className="stack" role="status">
          <progress value={share} max={1} aria-label="Upload" />
          <span className="xs muted">{share < 1 ? `${Math.round(share * 100)} % of ${bytes(file?.size ?? 0)}` : 'Sent. The server reads its columns.'}</span>
        </div>
      )}
      {problem && <ErrorState problem={problem} />}
      <div className="row end">
        <Button onClick={cancel}>Cancel</Button>
        <Button type="submit" kind="pri" icon="upload" disabledReason={file ? undefined : 'Choose a file first.'} aria-busy={share !== undefined}>
          Upload
        </Button>
      </div>
    </form>
  )
}

function FilePicker({ file, onFile }: { file: File | undefined; onFile: (file: File) => void }) {
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const dropped = event.dataTransfer.files[0]
    if (dropped) onFile(dropped)
  }
  return (
    <label
      className={`drop ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Icon name="upload" />
      {file ? (
        <span>
          <b className="m">{file.name}</b> <span className="muted">{bytes(file.size)}</span>
        </span>
      ) : (
        <span>Drop a file here, or choose one</span>
      )}
      <input type="file" className="sr-only" accept={kinds} aria-label="Dataset file" onChange={(event) => event.target.files?.[0] && onFile(event.target.files[0])} />
    </label>
  )
}
