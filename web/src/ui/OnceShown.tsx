import { CopyButton } from './CopyButton.tsx'
import { Field } from './Field.tsx'
import { Icon } from './Icon.tsx'

/** A secret that the server keeps only as a hash: it can be read now and never again. */
export function OnceShown({ label, secret, warning }: { label: string; secret: string; warning: string }) {
  return (
    <>
      <div className="note warn">
        <Icon name="token" size="s" />
        <span>{warning}</span>
      </div>
      <Field
        label={label}
        value={secret}
        readOnly
        autoFocus
        className="mono"
        spellCheck={false}
        autoComplete="off"
        onFocus={(event) => event.target.select()}
        trailing={<CopyButton text={secret} label={`Copy ${label.toLowerCase()}`} visible="Copy" />}
      />
    </>
  )
}
