import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.tsx'

/** A menu below a button. Not modal: Radix's scroll lock would insert a style element, which the CSP refuses. */
export function Menu({
  trigger,
  label,
  align = 'start',
  side = 'bottom',
  onOpen,
  children,
}: {
  trigger: ReactNode
  label: string
  align?: 'start' | 'end'
  side?: 'bottom' | 'top' | 'right'
  onOpen?: () => void
  children: ReactNode
}) {
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(open) => open && onOpen?.()}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu pop" align={align} side={side} sideOffset={4} collisionPadding={8} aria-label={label}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export const MenuHead = ({ children }: { children: ReactNode }) => <DropdownMenu.Label className="mh">{children}</DropdownMenu.Label>
export const MenuLine = () => <DropdownMenu.Separator className="mline" />

export function MenuItem({ icon, onSelect, children, keepOpen, asChild }: { icon?: IconName; onSelect?: () => void; children: ReactNode; keepOpen?: boolean; asChild?: boolean }) {
  return (
    <DropdownMenu.Item
      className="it"
      asChild={asChild}
      onSelect={(event) => {
        if (keepOpen) event.preventDefault()
        onSelect?.()
      }}
    >
      {asChild ? (
        children
      ) : (
        <>
          {icon && <Icon name={icon} size="s" />}
          {children}
        </>
      )}
    </DropdownMenu.Item>
  )
}

export function MenuChoice<Value extends string>({ value, options, onChange }: { value: Value; options: readonly (readonly [Value, string])[]; onChange: (value: Value) => void }) {
  return (
    <DropdownMenu.RadioGroup
      value={value}
      onValueChange={(next) => {
        const chosen = options.find(([one]) => one === next)
        if (chosen) onChange(chosen[0])
      }}
    >
      {options.map(([one, text]) => (
        <DropdownMenu.RadioItem key={one} value={one} className="it">
          <span className="tick">{one === value && <Icon name="check" size="s" />}</span>
          {text}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  )
}
