// What surrounds every page: theme, data, session, notices.
import { createTheme, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from './api/client'
import { Notices } from './parts/notes'
import type { AppRouter } from './router'
import { SessionProvider } from './session/session'

// Shade 8 has the contrast that WCAG asks for, in both schemes.
const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: 8,
  fontFamily: 'system-ui, sans-serif',
  cursorType: 'pointer',
  respectReducedMotion: true,
})

// The broker may be on this very machine: whether there is an internet says nothing of it.
const networkMode = 'always'

function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode,
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        // A refusal stays one; only silence, too many questions and a broker that starts are worth a second try.
        retry: (failures, error) =>
          failures < 2 &&
          error instanceof ApiError &&
          (error.status === 0 || error.status === 429 || error.status === 503),
      },
      mutations: { networkMode },
    },
  })
}

export function App({ router, nonce }: { router: AppRouter; nonce: string }) {
  const [client] = useState(makeClient)
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <SessionProvider>
          <Notices>
            <RouterProvider router={router} />
          </Notices>
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}
