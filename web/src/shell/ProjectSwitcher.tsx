import { useState } from 'react'
import { useNavigate } from 'react-router'
import { graphql } from '../data/gql/index.ts'
import { useRead } from '../data/read.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/Icon.tsx'
import { Mark } from '../ui/Logo.tsx'
import { Menu, MenuHead, MenuItem, MenuLine } from '../ui/Menu.tsx'

const document = graphql(`
  query ProjectSwitcher {
    projects(first: 100) {
      nodes {
        id
        name
        title
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`)

/** The head of the navigation: the project of the address, and the others I may see. Read when first opened. */
export function ProjectSwitcher({ current }: { current: string | undefined }) {
  const [opened, setOpened] = useState(false)
  const navigate = useNavigate()
  const { value, loading, problem } = useRead({ document, variables: {}, select: (data) => data.projects, what: 'Projects', pause: !opened })
  return (
    <Menu
      label="Projects"
      onOpen={() => setOpened(true)}
      trigger={
        <button type="button" className="proj" aria-label={current ? `Project ${current}, switch` : 'Choose a project'}>
          <Mark />
          <span className="lbl grow">
            <span className="nm ell">{current ?? 'Projects'}</span>
            <span className="org">Sluice</span>
          </span>
          <span className="lbl muted">
            <Icon name="chevrons" size="s" />
          </span>
        </button>
      }
    >
      <MenuHead>{problem ? problem.title : loading ? 'Reading projects' : 'Projects'}</MenuHead>
      <div className="mscroll">
        {value?.nodes.map(({ id, name, title }) => (
          <MenuItem key={id} onSelect={() => void navigate(paths.project(name))}>
            <span className="tick">{name === current && <Icon name="check" size="s" />}</span>
            <span className="m">{name}</span>
            {title !== name && <span className="muted ell">{title}</span>}
          </MenuItem>
        ))}
      </div>
      <MenuLine />
      <MenuItem icon="overview" onSelect={() => void navigate(paths.projects())}>
        All projects
      </MenuItem>
    </Menu>
  )
}
