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
// Where nothing is drawn: several words, a word in a sentence's midst, or one with a capital that stands alone. Names of headers, of
// events, of classes and of fields are none of these.
const WORDS = /\p{L}\s+\p{L}|^\s+\p{L}+\s|^\s*\p{Lu}\p{Ll}+(?![\p{L}\d-])/u

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? files(join(folder, one.name)) : /\.tsx?$/.test(one.name) ? [join(folder, one.name)] : [],
  )
}
/** The catalogue itself, and what is generated from the API's document. */
const isRead = (name: string) => !/^src\/(text\/.+|text|text\.later|api\/schema)\.ts$/.test(name)

/** Literals that are types or names of modules; no text is one. */
const isNoValue = (node: ts.Node) =>
  ts.isLiteralTypeNode(node) ||
  ts.isTemplateLiteralTypeNode(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node)

export function strays(name: string, source: string): string[] {
  const found: string[] = []
  const isDrawn = name.endsWith('.tsx')
  const kind = isDrawn ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true, kind)
  const note = (node: ts.Node, said: string) => {
    if (LETTERS.test(said) && !ALLOWED.has(said.trim()))
      found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${said.trim()}`)
  }
  const visit = (node: ts.Node): void => {
    if (isNoValue(node)) return
    if (
      !isDrawn &&
      (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) &&
      WORDS.test(node.text)
    )
      note(node, node.text)
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
    expect(
      files('src')
        .filter(isRead)
        .flatMap((name) => strays(name, readFileSync(name, 'utf8'))),
    ).toEqual([])
  })
  it('is found where it does not', () => {
    expect(strays('x.tsx', '<p title="Hello you">Some words{"and more"}</p>')).toHaveLength(3)
    expect(strays('x.tsx', '<p title={text.a} className="one">{text.b}</p>')).toEqual([])
  })
  it('is found where nothing is drawn', () => {
    const said = [
      'throw new Error("it is gone")',
      'const a = "Gone"',
      'const b = `${n} of ${m}`',
      'const c = [{ label: "gone" }]',
    ]
    for (const one of said) expect(strays('x.ts', one), one).toHaveLength(1)
    const told = [
      "import a from 'Some words'",
      "type A = 'Some words'",
      "h.set('If-Match', 'application/json')",
      "'ApiError'",
    ]
    const keys = [
      "name === 'member.table_full'",
      '`/v1/communities/${id} `',
      "'X-CSRF-Token'",
      "'GET'",
      "/one of two/.test('mem_1')",
    ]
    for (const one of [...told, ...keys]) expect(strays('x.ts', one), one).toEqual([])
  })
})
