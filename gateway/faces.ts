/**
 * The ports that the seeds promise (design section 3, Faces). Every face serves every path; only what a program gets for
 * `GET /` differs. A browser always gets the web app.
 */

export interface Greeting {
  readonly status: number
  readonly contentType: string
  readonly body: string
}
/** `database` tells whether identity's database answers. */
export type Greet = (database: () => Promise<boolean>) => Promise<Greeting>

/** Byte for byte what ML Studio's quick start promises (ST-19). */
const mlStudio: Greet = () => Promise.resolve({ status: 200, contentType: 'application/json', body: '{"message":"Welcome to ML Studio","service":"ml_studio","status":"Online"}' })
/** ST-16: the auth service's one line, which a stopped database changes. */
const authService: Greet = async (database) =>
  (await database())
    ? { status: 200, contentType: 'text/plain; charset=utf-8', body: 'Connected to database: auth' }
    : { status: 503, contentType: 'text/plain; charset=utf-8', body: 'Not connected to database: auth' }

export interface Face {
  readonly what: string
  /** Absent: the web app for everybody. */
  readonly greet?: Greet
}

export const faces: Readonly<Record<number, Face>> = {
  3000: { what: 'web app', greet: mlStudio },
  30010: { what: 'web app', greet: mlStudio },
  5000: { what: 'auth service', greet: authService },
  5001: { what: 'ML Studio', greet: mlStudio },
  5050: { what: 'tracking dashboard' },
  8000: { what: 'mini platform', greet: mlStudio },
}
export const faceNames: readonly string[] = Object.keys(faces)
/** The main listener, whatever port it has. */
export const mainFace: Face = { what: 'everything', greet: mlStudio }
