/**
 * What the project's Node is started with. V8 lets its nursery grow to three times this; at its default an idle platform
 * holds 310 MB instead of 185, and a gigabyte that streams through leaves 60 MB of dead buffers instead of 15. 8 seems
 * to save CPU under load, but 4 is already close to the promised 200 MB when idle (docs/performance.md).
 */
export const serverFlags = ['--max-semi-space-size=4']
