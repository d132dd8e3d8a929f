import '@mantine/core/styles.css'
import './styles.css'
import { createHashHistory } from '@tanstack/react-router'
import { setNonce } from 'get-nonce'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { makeRouter } from './router'

// The property holds the nonce; browsers hide the attribute.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
if (nonce !== '') setNonce(nonce)

// The link of the first sign-in may come without the #.
const path = /\/admin\/([^#?]+)$/.exec(location.pathname)?.[1]
if (path !== undefined && location.hash === '') {
  const search = location.search
  history.replaceState(null, '', '/admin/')
  location.hash = `#/${path}${search}`
}

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App router={makeRouter(createHashHistory())} nonce={nonce} />)
