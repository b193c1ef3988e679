import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../../data/gql/index.ts'
import { problemOf } from '../../data/problem.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'

const createExperiment = graphql(`
  mutation NewExperiment($input: CreateExperimentInput!) {
    createExperiment(input: $input) {
      experiment {
        id
        projectId
        name
      }
    }
  }
`)

export function NewExperiment({ project, open, onClose, onDone }: { project: string; open: boolean; onClose: () => void; onDone: (id: string) => void }) {
  const [{ fetching, error }, create] = useMutation(createExperiment)
  const [name, setName] = useState('')
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const { data } = await create({ input: { project, name } })
    if (data) onDone(data.createExperiment.experiment.id)
  }
  return (
    <Dialog open={open} onClose={onClose} title="New experiment" description="Runs that belong together. A client that names an unknown experiment creates it too.">
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field label="Name" required autoFocus value={name} onChange={(event) => setName(event.target.value)} error={error && problemOf(error, 'The experiment').detail} />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="pri" aria-busy={fetching}>
            Create experiment
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
