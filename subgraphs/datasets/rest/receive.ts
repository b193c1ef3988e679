/** Reads the body of an upload: a form (multipart/form-data) or the bare bytes. */
import { pipeline } from 'node:stream/promises'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import type { Readable } from 'node:stream'
import { DomainError, invalid } from '#shared/errors.ts'
import { limits } from '#datasets/domain/limits.ts'
import type { Spool, SpooledFile } from '#datasets/domain/ports.ts'
import type { Received } from '#datasets/domain/uploads.ts'
import { withBody } from '#datasets/rest/body.ts'

interface Request {
  readonly stream: Readable
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
}

const texts = ['name', 'description', 'message'] as const
type TextName = (typeof texts)[number]
type FormFields = { -readonly [K in TextName | 'asVersion']?: Received[K] }
type FormContent = FormFields & Pick<Received, 'file' | 'fileName'>
const isTextName = (name: string): name is TextName => texts.some((text) => text === name)

/** What the query says; fields of the form come on top. */
function optionsOf(query: URLSearchParams): Omit<Received, 'file' | 'fileName'> {
  const given = texts.flatMap((text) => (query.get(text) ? [[text, query.get(text)]] : []))
  const asVersion = flagOf(query.get('as_version') ?? 'false')
  if (asVersion === undefined) throw notAFlag()
  return { ...Object.fromEntries(given), asVersion }
}

/** `?as_version` alone means yes; undefined is neither. */
function flagOf(text: string): boolean | undefined {
  if (/^(true|1|yes)?$/i.test(text)) return true
  return /^(false|0|no)$/i.test(text) ? false : undefined
}
const notAFlag = () => invalid("'as_version' must be true or false", 'as_version')

/** `PUT …?name=&filename=`: the body is the file. */
export async function receiveBytes({ stream, query }: Request, spool: Spool, maxBytes: number): Promise<Received> {
  const options = optionsOf(query)
  const fileName = query.get('filename')
  if (!fileName) throw invalid("'filename' is required: its extension says what the file is", 'filename')
  return { ...options, fileName, file: await withBody(stream, (body) => spool.receive(body, maxBytes)) }
}

/** The mini platform's form: the file is the field `file`. */
export async function receiveForm({ stream, headers, query }: Request, spool: Spool, maxBytes: number): Promise<Received> {
  const type = headers['content-type']
  if (!type || !/^multipart\/form-data\b/i.test(type)) throw new DomainError('UNSUPPORTED_MEDIA', "Send the file as the field 'file' of a form (multipart/form-data).")
  const options = optionsOf(query)
  const form = openForm(headers, type)
  return withBody(stream, async (body) => ({ ...options, ...(await readForm(form, body, spool, maxBytes)) }))
}

/** The parts of the form as they come: texts are kept, the file is spooled. */
async function readForm(form: BusboyInstance, stream: Readable, spool: Spool, maxBytes: number): Promise<FormContent> {
  const fields: FormFields = {}
  let upload: Promise<{ fileName: string; file: SpooledFile }> | undefined
  let part: Readable | undefined
  let refusal: DomainError | undefined

  const refuse = (error: DomainError): void => {
    refusal ??= error
    form.destroy(error)
  }
  form.on('file', (field, body, fileName) => {
    if (field !== 'file' || !fileName) return refuse(missingFile())
    part = body
    upload = spool.receive(body, maxBytes).then((file) => ({ fileName, file }))
    // The form must not go on reading for a file that was refused.
    upload.catch((error: unknown) => refuse(error instanceof DomainError ? error : cutOff(error)))
  })
  form.on('field', (name, value, _nameCut, isCut) => {
    if (isCut) return refuse(invalid(`The field '${name}' is longer than ${limits.formFieldBytes} bytes`, name))
    // A browser sends the fields of a form that nobody filled in.
    if (isTextName(name) && value !== '') fields[name] = value
    if (name !== 'as_version') return
    fields.asVersion = flagOf(value)
    // Thrown from here it would end the process: nobody stands between the parser and the socket.
    if (fields.asVersion === undefined) refuse(notAFlag())
  })
  form.on('filesLimit', () => refuse(invalid('Send one file at a time.', 'file')))
  form.on('fieldsLimit', () => refuse(invalid(`The form has more than ${limits.formFields} fields.`)))
  form.on('partsLimit', () => refuse(invalid('The form has too many parts.')))

  try {
    await pipeline(stream, form)
    if (!upload) throw missingFile()
    return { ...fields, ...(await upload) }
  } catch (error) {
    part?.destroy(cutOff(error)) // the form's end does not end its parts
    await upload?.then(({ file }) => file.discard()).catch(() => undefined)
    throw refusal ?? (error instanceof DomainError ? error : cutOff(error))
  }
}

function openForm(headers: Request['headers'], type: string) {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': type },
      limits: { files: 1, fields: limits.formFields, parts: limits.formFields + 1, fieldSize: limits.formFieldBytes, fieldNameSize: 100, headerPairs: 20, headerSize: 16 * 1024 },
    })
  } catch (error) {
    throw new DomainError('INVALID', 'The form cannot be read: its boundary is missing.', {}, { cause: error })
  }
}

const missingFile = () => invalid("The form has no file: send it as the field 'file'.", 'file')
const cutOff = (cause: unknown) => new DomainError('INVALID', 'The upload ended early.', {}, { cause })
