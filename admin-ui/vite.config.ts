import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The server puts a fresh nonce in the place of __NONCE__ with every answer.
export default defineConfig({
  base: '/admin/',
  plugins: [react()],
  html: { cspNonce: '__NONCE__' },
  build: { target: 'es2022', manifest: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 20_000,
  },
})
