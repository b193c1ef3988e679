/** What one operation may cost (design section 9). Above any of these it is refused with 400 before anything is planned. */
export const limits = {
  /** Bytes of a request to /graphql. */
  bodyBytes: 2 * 1024 * 1024,
  /** Lexical tokens of the document. */
  tokens: 4_000,
  /** Fields inside fields, through fragments. */
  depth: 14,
  /** Aliased fields in the document. */
  aliases: 30,
  /** Directives in the document. */
  directives: 5,
  /** The same response name in one selection set; validation compares them pairwise. */
  repeats: 50,
  /** Objects that could be in the answer. */
  cost: 10_000,
  /** `first` of a list. */
  first: 1_000,
  /** `first` of a list of runs, whose rows are large. */
  firstRuns: 200,
  /** (selection set, type, place) that the policy pass looks at. */
  visits: 2_000,
} as const

/** Which connections have a smaller page than `limits.first`. */
export const pageLimits: Readonly<Record<string, number>> = { RunConnection: limits.firstRuns }
/** What a list costs when neither the operation nor the schema says how long a page is. */
export const assumedPage = 50
