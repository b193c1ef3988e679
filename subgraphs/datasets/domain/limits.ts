/** How big things of this subgraph may be: the one table. */
export const limits = {
  /** Of one uploaded file; configuration may lower or raise it. */
  fileBytes: 5 * 1024 ** 3,
  /** UTF-8 bytes: a dataset's name is a folder of the object store, and file systems stop at 255. */
  nameBytes: 200,
  fileNameCharacters: 255,
  descriptionCharacters: 5_000,
  messageCharacters: 1_000,
  tagKeyCharacters: 250,
  tagValueCharacters: 5_000,
  tagsPerDataset: 100,
  columns: 4_096,
  columnNameCharacters: 500,
  /** Rows that are kept with a version, so that the usual preview touches no file. */
  sampleRows: 100,
  /** Rows of one page of a preview. */
  previewRows: 500,
  /** Deepest first row of a preview page. */
  previewOffset: 1_000_000,
  /** Text of one cell in a preview; longer ones are cut and end with "…". */
  cellCharacters: 1_000,
  /** JSON of one preview page; a page ends early rather than pass it. */
  previewBytes: 1024 ** 2,
  /** Fields of the upload form besides the file. */
  formFields: 16,
  formFieldBytes: 64 * 1024,
  /** Silence on an upload's connection after which it is given up. */
  idleMs: 60_000,
  listPage: 1_000,
} as const
