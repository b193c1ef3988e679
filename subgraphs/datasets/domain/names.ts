/** Names of datasets and of their files. */
import { invalid } from '#shared/errors.ts'
import { normalName } from '#shared/names.ts'
import { limits } from '#datasets/domain/limits.ts'

/** The file's own name, without the folders that some clients send along. */
export function fileNameOf(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? ''
  return normalName(name, 'filename', limits.fileNameCharacters)
}

/**
 * The mini platform's rule (app/utils/string_utils.py of romulofranca/ml-mini-platform): extension dropped, lower case,
 * everything but letters, digits and `_` becomes `_`, none at the ends. Combining marks stay: scripts need them.
 */
export const nameOfFile = (fileName: string): string => canonical(fileName.replace(/(?<=.)\.[^.]*$/, ''), 'file')

/** The same rule for a name that was asked for; nothing of it is an extension. */
export const requestedName = (name: string): string => canonical(name, 'name')

function canonical(text: string, field: string): string {
  const name = text
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}_]+/gu, '_')
    .replace(/^_+|_+$/g, '')
  if (name === '') throw invalid('The name of the dataset is empty: name the file with letters or digits.', field)
  if (Buffer.byteLength(name) > limits.nameBytes) throw invalid(`The name of the dataset exceeds ${limits.nameBytes} bytes.`, field)
  return name
}
