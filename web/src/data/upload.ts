/** Sends a file with progress: fetch cannot tell how much of a body has left. */
import { served } from '../paths.ts'
import { offlineProblem, type Problem, problemOfResponse } from './problem.ts'

export interface Upload {
  readonly file: File
  /** Empty: the server makes it from the file's name. */
  readonly name: string
  readonly message: string
  readonly description: string
  /** The next version of a dataset that exists. */
  readonly asVersion: boolean
}

export type Uploaded = { readonly name: string; readonly version: number } | { readonly problem: Problem }

const what = 'The upload'

/** The file goes last, so that the server knows everything else before the first byte of it. */
export function uploadDataset(project: string, upload: Upload, onProgress: (share: number) => void, signal: AbortSignal): Promise<Uploaded> {
  const form = new FormData()
  for (const key of ['name', 'message', 'description'] as const) if (upload[key]) form.append(key, upload[key])
  if (upload.asVersion) form.append('as_version', 'true')
  form.append('file', upload.file)
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('POST', served.datasetUpload(project))
    request.setRequestHeader('accept', 'application/json')
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onload = () => void answerOf(request).then(resolve)
    request.onerror = request.onabort = () => resolve({ problem: offlineProblem(what) })
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}

async function answerOf(request: XMLHttpRequest): Promise<Uploaded> {
  const requestId = request.getResponseHeader('x-request-id')
  const response = new Response(request.responseText, { status: request.status || 502, headers: requestId ? { 'x-request-id': requestId } : {} })
  if (!response.ok) return { problem: await problemOfResponse(response, what) }
  const body: unknown = await response.json().catch(() => undefined)
  const read = (key: string): unknown => (typeof body === 'object' && body !== null ? Reflect.get(body, key) : undefined)
  return { name: String(read('name') ?? ''), version: Number(read('version') ?? 1) }
}
