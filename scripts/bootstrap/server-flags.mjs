/**
 * What the project's Node is started with. V8 lets its nursery grow to three times this; at its default an idle platform
 * holds 310 MB, and a gigabyte that streams through leaves 60 MB of dead buffers. At 4 the collector takes a quarter of the
 * CPU of batches and histories (docs/performance.md).
 */
export const serverFlags = ['--max-semi-space-size=8']
