// A wide thing on a narrow screen: it scrolls within, by the keyboard too; or its table is drawn as cards, a row each (then a cell has
// its column's title as `data-title`, and one element in it), or closer together.
import type { CSSProperties, ReactNode } from 'react'

type Props = { label: string; minWidth: number; narrow?: 'cards' | 'tight'; children: ReactNode }

export function Scroll({ label, minWidth, narrow, children }: Props) {
  const least = { '--least': `${minWidth}px` } as CSSProperties
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <div className={narrow === undefined ? 'least' : `least ${narrow}`} style={least}>
        {children}
      </div>
    </div>
  )
}
