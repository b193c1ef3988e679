import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import { problemOf } from '../../data/problem.ts'
import { useRead } from '../../data/read.ts'
import { date } from '../../format/time.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { OnceShown } from '../../ui/OnceShown.tsx'
import { SelectField } from '../../ui/SelectField.tsx'
import { Snippet } from '../../ui/Snippet.tsx'
import { ceilingOf, type Reach, TokenReach, useOffered } from './TokenReach.tsx'
import { tokenSnippets } from './tokenSnippets.ts'

const createToken = graphql(`
  mutation NewToken($input: CreateTokenInput!) {
    createToken(input: $input) {
      secret
      token {
        id
        name
        prefix
        projects
        permissions
        createdAt
        expiresAt
        lastUsedAt
      }
    }
  }
`)

const myProjects = graphql(`
  query NewTokenProjects {
    projects(first: 1000) {
      nodes {
        id
        name
      }
    }
  }
`)

const lives = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', '365 days'],
] as const
type Life = (typeof lives)[number][0]

const dayMs = 86_400_000

interface Made {
  readonly name: string
  readonly secret: string
  readonly project: string
}

/** First the form, then, in its place, the secret: the only time that it can be read. */
export function NewToken({ isAdmin, onMade, onClose }: { isAdmin: boolean; onMade: () => void; onClose: () => void }) {
  const [made, setMade] = useState<Made>()
  const done = (token: Made): void => {
    setMade(token)
    onMade()
  }
  if (!made) {
    return (
      <Dialog open wide onClose={onClose} title="New token" description="It stands for you in scripts and clients, and never reaches further than you do.">
        <TokenForm isAdmin={isAdmin} onMade={done} onClose={onClose} />
      </Dialog>
    )
  }
  return (
    <Dialog open stay wide onClose={onClose} title={`Token ${made.name}`}>
      <OnceShown label="Token" secret={made.secret} warning="Copy it now: it is not shown again. Whoever has it acts as you, within what you allowed it." />
      <Snippet label="Use the token" languages={tokenSnippets(location.origin, made.secret, made.project)} />
      <div className="row end">
        <Button kind="pri" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  )
}

function TokenForm({ isAdmin, onMade, onClose }: { isAdmin: boolean; onMade: (made: Made) => void; onClose: () => void }) {
  const [{ fetching, error }, create] = useMutation(createToken)
  const [name, setName] = useState('')
  const [project, setProject] = useState('')
  const [reach, setReach] = useState<Reach>('all')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [life, setLife] = useState<Life>('90')
  const projects = useRead({ document: myProjects, variables: {}, select: (data) => data.projects.nodes, what: 'Your projects' })
  const source = useOffered(project, isAdmin)
  const ceiling = source.offered && ceilingOf(reach, source.offered, chosen)
  const empty = reach !== 'all' && (ceiling ?? []).length === 0 ? 'A token needs at least one permission.' : undefined

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (empty || fetching) return
    const { data } = await create({ input: { name, project: project || null, permissions: reach === 'all' ? null : ceiling, expiresInDays: Number(life) } })
    if (data) onMade({ name: data.createToken.token.name, secret: data.createToken.secret, project: project || projects.value?.[0]?.name || 'default' })
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <Field
        label="Name"
        required
        autoFocus
        maxLength={128}
        value={name}
        onChange={(event) => setName(event.target.value)}
        placeholder="training on gpu-3"
        hint="Where it is used, so that you know what stops when you revoke it."
      />
      <SelectField
        label="Projects"
        value={project}
        options={[['', 'All of mine'], ...(projects.value ?? []).map((one) => [one.name, one.name] as const)]}
        onChange={setProject}
        hint={projects.problem?.detail ?? (project === '' ? 'Also those you join later.' : `Only ${project}: everything else answers as if it did not exist.`)}
      />
      <TokenReach reach={reach} onReach={setReach} source={source} chosen={chosen} onChoose={setChosen} />
      <Choice label="Expires after" options={lives} value={life} onChange={setLife} hint={`On ${date(Date.now() + Number(life) * dayMs)}.`} />
      {error && (
        <div className="note bad" role="alert">
          <Icon name="alert" size="s" />
          <span>{problemOf(error, 'The token').detail}</span>
        </div>
      )}
      <div className="row end">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="pri" aria-busy={fetching} disabledReason={empty}>
          Create token
        </Button>
      </div>
    </form>
  )
}
