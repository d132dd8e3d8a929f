// Fails where the script of the first page (the entry and all that it imports at once) is above 200 kB compressed.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT = 200_000
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'))
const files = new Set()
const add = (name) => {
  const chunk = manifest[name]
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const one of chunk.imports ?? []) add(one)
}
const total = () => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(`dist/${file}`)).length, 0)

add('index.html')
add('src/session/SignIn.tsx')
console.log(`Sign-in: ${(total() / 1000).toFixed(1)} kB of compressed script in ${files.size} files`)
files.clear()
add('index.html')
add('src/overview/Overview.tsx')
add('src/parts/Plot.tsx')
const first = total()
console.log(
  `Overview: ${(first / 1000).toFixed(1)} kB of compressed script in ${files.size} files (at most ${LIMIT / 1000} kB)`,
)
if (first > LIMIT) {
  console.error('The first page has grown too large: load more of it later (import()).')
  process.exit(1)
}
