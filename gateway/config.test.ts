import { describe, expect, test } from 'vitest'
import { type Environment, flagNames, flags, helpText, readConfig, usesS3, variableOf } from '#gateway/config.ts'

const read = (args: string[] = [], environment: Environment = {}) => readConfig(args, environment)

describe('the configuration', () => {
  test('of nothing at all is a server for one machine', () => {
    expect(read()).toMatchObject({ host: '127.0.0.1', port: 3000, auth: true, faces: [], trustProxy: [], insecureHttp: false, databaseUrl: undefined, objects: undefined, s3Region: 'us-east-1' })
  })
  test('prefers a flag to our variable, and our variable to an alias', () => {
    const environment = { SLUICE_DATABASE_URL: 'postgres://b/b', DATABASE_URL: 'postgres://c/c' }
    expect(read(['--database-url', 'postgres://a/a'], environment).databaseUrl).toBe('postgres://a/a')
    expect(read([], environment).databaseUrl).toBe('postgres://b/b')
    expect(read([], { POSTGRES_CONNECTION_URI: 'postgresql://d/d' }).databaseUrl).toBe('postgresql://d/d')
  })
  test('takes an empty variable for one that is not set', () => {
    expect(read([], { SLUICE_PORT: '', PORT: '8080' }).port).toBe(8080)
  })
  test('reads --name=value, --name value, and switches that stand alone', () => {
    const config = read(['--port=0', '--host', '::1', '--faces', '--insecure-http', '--allowed-hosts=a.example, b.example'])
    expect(config).toMatchObject({ port: 0, host: '::1', faces: [3000, 5000, 5001, 5050, 8000, 30010], insecureHttp: true, allowedHosts: ['a.example', 'b.example'] })
  })
  test('keeps files in S3 when an endpoint is named, unless a directory is', () => {
    expect(usesS3(read([], { S3_ENDPOINT: 'http://minio:9000' }))).toBe(true)
    expect(usesS3(read(['--objects', '/srv/files'], { S3_ENDPOINT: 'http://minio:9000' }))).toBe(false)
    expect(usesS3(read(['--objects', 's3']))).toBe(true)
    expect(usesS3(read())).toBe(false)
  })
})

describe('a mistake is one clear sentence', () => {
  test.each([
    [['--prot', '1'], 'Unknown argument --prot'],
    [['start'], 'Unknown argument start'],
    [['--port'], '--port needs a value: port to listen on'],
    [['--port', '70000'], "--port is '70000'"],
    [['--database-url', 'mysql://x/y'], '--database-url: must be a URL like postgres://'],
    [['--faces', '3000,4000'], 'unknown: 4000'],
    [['--trust-proxy', 'everybody'], 'must be addresses or networks'],
    [['--public-url', 'sluice'], 'must be a URL like https://'],
    [['--host', '0.0.0.0'], 'would show passwords on the network'],
    [['--host', '0.0.0.0', '--auth', 'off', '--insecure-http'], '--auth off is for one person on this machine'],
    [['--admin-password', 'short'], '--admin-password'],
    [['--s3-access-key', 'k'], 'belong together'],
  ])('%j', (args, message) => {
    expect(() => read(args)).toThrow(message)
  })
  test('all of them at once, and no secret among them', () => {
    const read2 = () => read(['--port', 'x', '--log-level', 'loud', '--admin-password', 'hunter2'])
    expect(read2).toThrow(/--port[^\n]*\n[^\n]*(--admin-password|--log-level)/)
    expect(read2).not.toThrow('hunter2')
  })
  test('plain http beyond loopback is fine behind https or when asked for', () => {
    for (const args of [['--public-url', 'https://sluice.example.org'], ['--trust-proxy', '10.0.0.0/8'], ['--insecure-http']]) expect(read(['--host', '0.0.0.0', ...args]).host).toBe('0.0.0.0')
  })
})

test('--help names every flag with its meaning, default and variables', () => {
  const help = helpText()
  for (const name of flagNames) for (const words of [`--${name}`, flags[name].meaning, variableOf(name)]) expect(help).toContain(words)
  expect(help).toContain('SLUICE_DATABASE_URL, DATABASE_URL, POSTGRES_CONNECTION_URI')
})
