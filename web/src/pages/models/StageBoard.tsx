import { Fragment } from 'react'
import { counted } from '../../format/numbers.ts'
import { Avatar, Time } from '../../ui/bits.tsx'
import { Gate } from '../../ui/Gate.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Aliases, type Stage, stages, stageWords } from './signs.tsx'
import type { Version } from './VersionsTable.tsx'

const cards = 3

/** Where each version stands. The gate between two stages is open when something stands behind it. */
export function StageBoard({ versions, chosen, onChoose }: { versions: readonly Version[]; chosen: number | undefined; onChoose: (version: number) => void }) {
  const inStage = (stage: Stage): readonly Version[] => versions.filter((version) => version.stage === stage)
  return (
    <Panel title="Stages" note="Each version stands in one stage">
      <div className="lanes">
        {stages.map((stage, i) => {
          const here = inStage(stage)
          return (
            <Fragment key={stage}>
              {i > 0 && (
                <div className="gc">
                  <Gate state={here.length > 0 ? 'open' : 'off'} />
                </div>
              )}
              <section className={`lane ${stage === 'Production' ? 'live-stage' : ''}`} aria-label={stageWords[stage]}>
                <div className="lh">
                  <b className="m">{stageWords[stage]}</b>
                  <span className="muted">{here.length}</span>
                </div>
                {here.slice(0, cards).map((version) => (
                  <VersionCard key={version.id} version={version} chosen={version.version === chosen} onChoose={onChoose} />
                ))}
                {here.length > cards && <span className="sm muted older">{counted(here.length - cards, 'older version')}</span>}
              </section>
            </Fragment>
          )
        })}
      </div>
    </Panel>
  )
}

function VersionCard({ version: { version, aliases, createdBy, run, createdAt }, chosen, onChoose }: { version: Version; chosen: boolean; onChoose: (version: number) => void }) {
  return (
    <button type="button" className={`vc ${chosen ? 'sel' : ''}`} aria-pressed={chosen} onClick={() => onChoose(version)}>
      <span className="row between">
        <span className="row tight">
          <b>v{version}</b>
          <Aliases aliases={aliases.map((alias) => ({ alias }))} />
        </span>
        {createdBy && <Avatar name={createdBy.username} small />}
      </span>
      <span className="muted ell block">
        {run ? `from ${run.name}, ` : ''}
        <Time at={createdAt} words />
      </span>
    </button>
  )
}
