// How a form tells the dialog around it that it is being sent.
import { createContext, useContext, useEffect } from 'react'

export const Hold = createContext<(busy: boolean) => void>(() => {})

export function useHold(busy: boolean): void {
  const hold = useContext(Hold)
  useEffect(() => {
    hold(busy)
    return () => hold(false)
  }, [hold, busy])
}
