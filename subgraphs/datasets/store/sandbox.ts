/**
 * DuckDB that can read one file and nothing else: no other path, no network, no extension, no writing, and no setting can
 * change that afterwards. Runs in the child process only (profile-worker.ts). This module and what it imports stay free of
 * the rest of Sluice.
 */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

const settings = {
  threads: '1',
  memory_limit: '512MB',
  temp_directory: '', // nothing is spilled to disk
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
}

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`

export async function inSandbox<T>(path: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', settings)
  try {
    const connection = await instance.connect()
    try {
      await connection.run(`SET allowed_paths = [${sqlText(path)}]`)
      await connection.run('SET enable_external_access = false')
      await connection.run('SET lock_configuration = true')
      return await work(connection)
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}
