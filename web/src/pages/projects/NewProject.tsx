import { type FormEvent, useState } from 'react'
import { type Client, useClient, useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import { problemOf } from '../../data/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'

const createProject = graphql(`
  mutation NewProject($input: CreateProjectInput!) {
    createProject(input: $input) {
      project {
        id
        name
        title
      }
    }
  }
`)

const readable = graphql(`
  query NewProjectReadable($project: String!) {
    project(name: $project) {
      id
    }
  }
`)

const tries = 6
const pause = 300

/** A read may rest on rights that are a second old, in which the new project is not there yet: wait for it. */
async function untilReadable(client: Client, project: string): Promise<void> {
  for (let i = 0; i < tries; i++) {
    const { data } = await client.query(readable, { project }, { requestPolicy: 'network-only' }).toPromise()
    if (data?.project) return
    await new Promise((done) => setTimeout(done, pause))
  }
}

const slug = '[a-z0-9]([\\-a-z0-9]{0,61}[a-z0-9])'

export function NewProject({ open, onClose, onDone }: { open: boolean; onClose: () => void; onDone: (name: string) => void }) {
  const client = useClient()
  const [{ fetching, error }, create] = useMutation(createProject)
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const { data } = await create({ input: { project: name, title: title || name } })
    if (!data) return
    await untilReadable(client, name)
    onDone(name)
  }
  return (
    <Dialog open={open} onClose={onClose} title="New project" description="Everything belongs to exactly one project. Its name stays; the title can change.">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label="Name"
          required
          autoFocus
          pattern={slug}
          value={name}
          onChange={(event) => setName(event.target.value)}
          hint="Lower-case letters, digits and hyphens, 2 to 63."
          error={error && problemOf(error, 'The project').detail}
          spellCheck={false}
        />
        <Field label="Title" value={title} onChange={(event) => setTitle(event.target.value)} placeholder={name} />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="pri" aria-busy={fetching}>
            Create project
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
