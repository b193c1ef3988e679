/** What is wrong with a file, for whoever sent it: no paths, no SQL, no advice of the engine. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'
}

const numbersIn = (pattern: RegExp, text: string): string[] => pattern.exec(text)?.slice(1) ?? []

/** DuckDB's words → ours. Patterns are those of DuckDB 1.5; an unknown message becomes the last sentence. */
export function wordingOf(error: unknown, what: string): FileProblem {
  const text = error instanceof Error ? error.message : String(error)
  const at = lineOf(text)
  const [expected, found] = numbersIn(/Expected Number of Columns: (\d+) Found: (\d+)/i, text)
  if (/Out of Memory/i.test(text)) return new FileProblem(`The ${what} file cannot be read within the memory that a dataset may take: write it with smaller row groups or shorter rows.`)
  if (/unicode|utf-?8/i.test(text)) return new FileProblem(`${at} is not valid UTF-8. Save the file as UTF-8 and send it again.`)
  if (expected !== undefined) return new FileProblem(`${at} has ${found} columns, but the first line names ${expected}.`)
  if (/unterminated quote|quote should be followed|Value with unterminated/i.test(text)) return new FileProblem(`${at} has a quotation mark that is not closed or not escaped.`)
  if (/Maximum line size/i.test(text)) return new FileProblem(`${at} is longer than the 2 MB that a line may have.`)
  if (/non-record JSON/i.test(text)) return new FileProblem('Each line of a jsonl file must be a JSON object; this file has other values.')
  if (/Malformed JSON/i.test(text)) return new FileProblem(`${at} is not valid JSON. Each line of a jsonl file must be one JSON object.`)
  if (what === 'parquet') return new FileProblem('The file is not a whole Parquet file: its footer or one of its pages cannot be read.')
  return new FileProblem(`${at} cannot be read as ${what}.`)
}

/** DuckDB counts the lines of malformed JSON from 2, all others from 1. */
function lineOf(text: string): string {
  const [line] = numbersIn(/Error on Line: (\d+)|in line (\d+)/i, text).filter(Boolean)
  if (line === undefined) return 'The file'
  return `Line ${Number(line) - (/Malformed JSON/i.test(text) ? 1 : 0)}`
}
