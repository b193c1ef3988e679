import { Mark } from '../../ui/Logo.tsx'

const streams = Array.from({ length: 17 }, (_, i) => i)

/** The left half of the door: the gate is raised, and seventeen streams fall one level as they pass below it. */
export function DoorArt() {
  return (
    <aside>
      <svg className="art" viewBox="0 0 640 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true" fill="none">
        {streams.map((i) => {
          const [high, low] = [300 + 24 * i, 520 + 17 * i]
          return <path key={i} d={`M-10 ${high}C220 ${high} 270 ${low} 430 ${low}H660`} strokeOpacity={i === 0 ? 1 : 0.62 - 0.033 * i} strokeWidth={i === 0 ? 2.6 : 1.3} />
        })}
        <rect x="318" y="-10" width="26" height="388" rx="6" stroke="none" />
        <path d="M304 0V452M358 0V494" strokeOpacity=".22" />
      </svg>
      <div className="bt">
        <Mark />
        <span>Sluice</span>
      </div>
      <p>Runs, data, models and deployments of every project, behind one door that knows who may do what.</p>
    </aside>
  )
}
