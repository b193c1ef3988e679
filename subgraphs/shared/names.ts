/** Names that people give. One normaliser for all surfaces, so that two names never look or resolve alike. */
import { invalid } from '#shared/errors.ts'

/** Control characters, zero-width and bidirectional marks, line separators, lone surrogates. */
const forbiddenInNames = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
/** NUL and lone surrogates cannot be stored by PostgreSQL in text. */
const unstorable = /\u0000|\p{Cs}/u

/** Project names are MLflow workspace names (mlflow/utils/workspace_utils.py): lower-case slugs of 2 to 63 characters. */
const projectName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])$/
const reservedProjectNames = new Set(['workspaces', 'api', 'ajax-api', 'static-files'])
export const isProjectName = (name: string): boolean => projectName.test(name) && !reservedProjectNames.has(name)

/** NFC, trimmed of nothing, refused when it holds what nobody can see. `what` names the field in the message. */
export function normalName(value: string, what: string, maxLength: number): string {
  const name = value.normalize('NFC')
  if (name.trim() === '') throw invalid(`'${what}' must not be empty`, what)
  if (forbiddenInNames.test(name)) throw invalid(`'${what}' must not contain control or invisible characters`, what)
  if ([...name].length > maxLength) throw invalid(`'${what}' exceeds the maximum length of ${maxLength} characters`, what)
  return name
}

/** Text that PostgreSQL can store. Free text keeps everything else as it was sent. */
export function storableText(value: string, what: string, maxLength = Number.POSITIVE_INFINITY): string {
  if (unstorable.test(value)) throw invalid(`'${what}' must not contain NUL or broken characters`, what)
  if (value.length > maxLength) throw invalid(`'${what}' exceeds the maximum length of ${maxLength} characters`, what)
  return value
}

/**
 * A relative path inside an artifact root: forward slashes, no empty, `.` or `..` part, no backslash, no control
 * characters, no drive, no URI tricks, also after percent-decoding (security.md section 1.1). '' is the root itself.
 * Message as MLflow's `validate_path_is_safe` (mlflow/server/handlers.py).
 */
export function artifactPath(value: string): string {
  if (value === '') return ''
  const refuse = (): never => {
    throw invalid('Invalid path')
  }
  for (let text = value, round = 0; ; round++) {
    if (forbiddenInNames.test(text) || text.includes('\\') || text.startsWith('/') || /^[a-zA-Z]:/.test(text) || text.split('/').some((part) => part === '..' || part === '.')) refuse()
    let decoded: string
    try {
      decoded = decodeURIComponent(text)
    } catch {
      break
    }
    if (decoded === text) break
    if (round > 5) refuse()
    text = decoded
  }
  const path = value.normalize('NFC').replace(/\/+$/, '')
  if (path.split('/').includes('') || path.length > 1_000) refuse()
  return path
}
