import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.tsx'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  readonly kind?: 'pri' | 'ghost' | 'danger'
  readonly small?: boolean
  readonly icon?: IconName
  /** Why it cannot be used now. The button stays focusable and says so. */
  readonly disabledReason?: string
  readonly pressed?: boolean
  readonly ref?: Ref<HTMLButtonElement>
  readonly children?: ReactNode
}

/** A button. Without children it is square, and `aria-label` names it. */
export function Button({ kind, small, icon, disabledReason, pressed, children, className = '', onClick, title, ...rest }: ButtonProps) {
  const off = disabledReason !== undefined
  const classes = ['btn', kind, small && 'sm', children === undefined && 'sq', off && 'off', pressed && 'on', className].filter(Boolean).join(' ')
  return (
    <button
      type="button"
      {...rest}
      className={classes}
      aria-disabled={off || undefined}
      aria-pressed={pressed}
      title={disabledReason ?? title ?? (children === undefined ? rest['aria-label'] : undefined)}
      onClick={off ? (event) => event.preventDefault() : onClick}
    >
      {icon && <Icon name={icon} size="s" />}
      {children}
    </button>
  )
}
