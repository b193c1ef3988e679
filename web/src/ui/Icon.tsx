import { type IconName, icons } from './icons.tsx'

/** A decorative outline in the colour of the text. What it means stands beside it, or is the name of the control. */
export function Icon({ name, size = '' }: { name: IconName; size?: '' | 's' | 'xs' | 'l' }) {
  return (
    <svg className={`i ${size}`} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      {icons[name]}
    </svg>
  )
}
