// No text outside of the catalogue: src/text/, src/text.ts and src/text.later.ts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const SAID = new Set([
  'label',
  'title',
  'placeholder',
  'description',
  'aria-label',
  'alt',
  'summary',
  'lead',
  'help',
  'ask',
  'what',
  'done',
  'error',
  'submit',
  'empty',
  'name',
])
// Words that phones send; they are not in the viewer's language. And a path.
const ALLOWED = new Set(['STOP', 'START', 'HELP', 'STOPALL', '/docs'])
const LETTERS = /\p{L}{2}/u

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? files(join(folder, one.name)) : one.name.endsWith('.tsx') ? [join(folder, one.name)] : [],
  )
}

export function strays(name: string, source: string): string[] {
  const found: string[] = []
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX)
  const note = (node: ts.Node, said: string) => {
    if (LETTERS.test(said) && !ALLOWED.has(said.trim()))
      found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${said.trim()}`)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node, node.text)
    if (
      ts.isJsxAttribute(node) &&
      SAID.has(node.name.getText()) &&
      node.initializer &&
      ts.isStringLiteral(node.initializer)
    )
      note(node, node.initializer.text)
    if (
      ts.isJsxExpression(node) &&
      node.expression &&
      ts.isStringLiteralLike(node.expression) &&
      (ts.isJsxElement(node.parent) || ts.isJsxFragment(node.parent))
    )
      note(node, node.expression.text)
    if (
      ts.isPropertyAssignment(node) &&
      ts.isStringLiteralLike(node.initializer) &&
      ['title', 'label'].includes(node.name.getText())
    )
      note(node, node.initializer.text)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

describe('all text', () => {
  it('stands in the catalogue', () => {
    expect(files('src').flatMap((name) => strays(name, readFileSync(name, 'utf8')))).toEqual([])
  })
  it('is found where it does not', () => {
    expect(strays('x.tsx', '<p title="Hello you">Some words{"and more"}</p>')).toHaveLength(3)
    expect(strays('x.tsx', '<p title={text.a} className="one">{text.b}</p>')).toEqual([])
  })
})
