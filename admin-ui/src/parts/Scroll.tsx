// A wide thing on a narrow screen: it scrolls within, by the keyboard too.
import type { ReactNode } from 'react'

export function Scroll({ label, minWidth, children }: { label: string; minWidth: number; children: ReactNode }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <div style={{ minWidth }}>{children}</div>
    </div>
  )
}
