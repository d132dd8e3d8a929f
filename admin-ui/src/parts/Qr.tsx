// A QR code, drawn as one path: black on white in every scheme, as cameras want it.
import { useEffect, useState } from 'react'

export function Qr({ of, label, size = 220 }: { of: string; label: string; size?: number }) {
  const [drawn, setDrawn] = useState<{ side: number; path: string } | null>(null)
  useEffect(() => {
    let here = true
    void import('uqr').then(({ encode }) => {
      if (!here) return
      const { size: side, data } = encode(of, { ecc: 'M', border: 4 })
      const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
      setDrawn({ side, path })
    })
    return () => {
      here = false
    }
  }, [of])
  if (drawn === null) return null
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${drawn.side} ${drawn.side}`}
      shapeRendering="crispEdges"
      className="qr"
    >
      <rect width={drawn.side} height={drawn.side} fill="#fff" />
      <path d={drawn.path} fill="#000" />
    </svg>
  )
}
