import { describe, expect, it } from 'vitest'
import { readSource, unknownSource } from '#registry/domain/source.ts'
import { hostileSources } from '#registry/testing/hostile-sources.ts'

describe('sources', () => {
  it.each(hostileSources)('%j is at most a question to tracking', (source) => {
    let kind: string | undefined
    try {
      kind = readSource(source, false).kind
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID' })
    }
    expect(kind).not.toBe('prompt')
  })

  it.each(hostileSources.filter((s) => s !== 'prompt-template' && s !== 'dummy-source'))('%j is no prompt’s', (source) => {
    expect(() => readSource(source, true)).toThrow('Prompt sources must use an MLflow placeholder.')
  })

  it('takes the placeholders of MLflow for prompts only', () => {
    for (const source of ['prompt-template', 'dummy-source']) {
      expect(readSource(source, true)).toEqual({ kind: 'prompt' })
      expect(() => readSource(source, false)).toThrow('Invalid model version source')
    }
  })

  it('knows versions of its own registry', () => {
    expect(readSource('models:/churn/3', false)).toEqual({ kind: 'version', model: 'churn', by: 'version', which: '3' })
    expect(readSource('models:/churn@champion', false)).toEqual({ kind: 'version', model: 'churn', by: 'alias', which: 'champion' })
    expect(readSource('models:/m-0123456789abcdef0123456789abcdef', false)).toEqual({ kind: 'artifacts' })
  })

  it('says for unknown sources what MLflow says', () => {
    expect(unknownSource('runs:/x/model').message).toBe("Invalid model version source: 'runs:/x/model'. The run_id request parameter must identify the resource that contains the source.")
    expect(unknownSource('models:/m-1').message).toContain('The model_id request parameter must identify')
    expect(unknownSource('s3://b/p').message).toContain('must be an artifact of this project')
  })
})
