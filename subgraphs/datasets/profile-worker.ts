/**
 * The child process that looks into files. A broken file can exhaust or crash an engine written in C++; here that costs one
 * request, not the server. It knows no database, no credential and no object store, and ends with its parent.
 */
import { profileArrow } from '#datasets/store/arrow-file.ts'
import { profileFile, rowsOfFile } from '#datasets/store/duck-profile.ts'
import { FileProblem } from '#datasets/store/file-problem.ts'
import type { ProfileReply, ProfileTask } from '#datasets/profile-protocol.ts'

async function perform(id: number, task: ProfileTask): Promise<ProfileReply> {
  try {
    if (task.kind === 'rows') return { id, rows: await rowsOfFile(task.path, task.format, task.columns, task.offset, task.count) }
    return { id, profile: await (task.format === 'arrow' ? profileArrow(task.path) : profileFile(task.path, task.format)) }
  } catch (error) {
    if (error instanceof FileProblem) return { id, problem: error.message }
    return { id, defect: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

process.on('message', (message: { id: number; task: ProfileTask }) => {
  void perform(message.id, message.task).then((reply) => process.send?.(reply))
})
process.on('disconnect', () => process.exit(0))
