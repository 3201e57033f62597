import type { AdminApiDocument } from '@rollcall/contracts/admin-api/openapi'
import { escapeHtml } from '../escape-html.ts'

type PathItem = NonNullable<AdminApiDocument['paths']>[string]
type Operation = NonNullable<PathItem['get']>
type Components = NonNullable<AdminApiDocument['components']>
type Schema = NonNullable<Components['schemas']>[string]

const methods = ['get', 'post', 'patch', 'put', 'delete'] as const

/** The OpenAPI document as a page to read: no script, and its one stylesheet stands beside it as `docs.css`. */
export function renderDocumentation(document: AdminApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ path, method, operation }] : []
    }),
  )
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))]
  const schemas = Object.entries(document.components?.schemas ?? {})
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(document.info.title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs.css">
</head>
<body>
<header>
<h1>${text(document.info.title)}</h1>
<p>${prose(document.info.description)}</p>
<p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI ${text(document.openapi)}).</p>
</header>
<nav aria-label="On this page"><ul>
${operations.map(({ path, method, operation }) => `<li><a href="#${anchor(operation)}"><code>${method.toUpperCase()} ${text(path)}</code></a></li>`).join('\n')}
</ul></nav>
<main>
${tags
  .map(
    (tag) =>
      `<section><h2>${text(tag)}</h2>${operations
        .filter(({ operation }) => operation.tags?.includes(tag))
        .map(renderOperation)
        .join('\n')}</section>`,
  )
  .join('\n')}
<section><h2>Shapes</h2>
${schemas.map(([name, schema]) => `<article id="shape-${text(name)}"><h3>${text(name)}</h3>${properties(name, schema)}</article>`).join('\n')}
</section>
</main>
</body>
</html>
`
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  return `<article id="${anchor(operation)}">
<h3><span class="verb ${method}">${method.toUpperCase()}</span> <code>${text(path)}</code></h3>
<p><strong>${text(operation.summary)}.</strong> ${prose(operation.description)} ${operation.security ? 'Needs an access token.' : ''}</p>
${parameters(operation)}
${table(
  `Answers to ${operation.summary}`,
  ['Answer', 'When', 'Body'],
  Object.entries(operation.responses ?? {}).map(([status, response]: [string, AnsweredOrReferred]) => [
    `<code>${text(status)}</code>`,
    prose(response.description),
    Object.values(response.content ?? {})
      .map(({ schema }) => (schema ? type(schema) : ''))
      .join(', '),
  ]),
)}
</article>`
}

/** The part of a response that is shown; a reference to a shared one has neither. */
interface AnsweredOrReferred {
  description?: string
  content?: Record<string, { schema?: Schema }>
}

function parameters(operation: Operation): string {
  const rows = (operation.parameters ?? []).flatMap((parameter) =>
    'name' in parameter
      ? [
          [
            `<code>${text(parameter.name)}</code> <small>${text(parameter.in)}</small>`,
            parameter.schema ? type(parameter.schema) : '',
            prose(parameter.description) + fallback(parameter.schema),
          ],
        ]
      : [],
  )
  return rows.length > 0 ? table(`Parameters of ${operation.summary}`, ['Parameter', 'Type', 'Meaning'], rows) : ''
}

function properties(name: string, schema: Schema): string {
  const { own, base } = ownProperties(schema)
  const rows = Object.entries(own).map(([field, property]) => [
    `<code>${text(field)}</code>`,
    type(property),
    '$ref' in property ? '' : prose(property.description) + example(property),
  ])
  const inherited = base.map((reference) => `<p>All of ${type(reference)}, and:</p>`).join('')
  return inherited + table(`Fields of ${name}`, ['Field', 'Type', 'Meaning'], rows)
}

/** A schema that extends another is written as `allOf`: the base by reference, then what is its own. */
function ownProperties(schema: Schema): { own: Record<string, Schema>; base: Schema[] } {
  if ('$ref' in schema) return { own: {}, base: [schema] }
  const parts = (schema.allOf ?? []).map(ownProperties)
  return {
    own: Object.assign({}, schema.properties, ...parts.map(({ own }) => own)),
    base: parts.flatMap(({ base }) => base),
  }
}

function type(schema: Schema): string {
  if ('$ref' in schema) {
    const name = text(schema.$ref?.split('/').at(-1))
    return `<a href="#shape-${name}">${name}</a>`
  }
  if (schema.enum) return schema.enum.map((value) => `<code>${text(String(value))}</code>`).join(' ')
  if (schema.const !== undefined) return `<code>${text(String(schema.const))}</code>`
  if (schema.items) return `list of ${type(schema.items)}`
  const types = [schema.type ?? 'anything'].flat().join(' or ')
  return text(schema.format ? `${types} (${schema.format})` : types)
}

function example(schema: Schema): string {
  const value = '$ref' in schema ? undefined : schema.example
  return value === undefined ? '' : ` For example <code>${text(String(value))}</code>.`
}

function fallback(schema: Schema | undefined): string {
  const value: unknown = schema && !('$ref' in schema) ? schema.default : undefined
  return value === undefined ? '' : ` Else <code>${text(String(value))}</code>.`
}

/** @param of what it is a table of, for who hears the page; it can be scrolled sideways, so it can be reached by Tab */
function table(of: string, heads: string[], rows: string[][]): string {
  const head = heads.map((name) => `<th scope="col">${name}</th>`).join('')
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')
  return `<div class="table" role="region" tabindex="0" aria-label="${text(of)}"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

function anchor(operation: Operation): string {
  return text(operation.operationId)
}

function text(value: string | undefined): string {
  return escapeHtml(value ?? '')
}

/** Descriptions mark code with backticks. */
function prose(value: string | undefined): string {
  return text(value).replace(/`([^`]+)`/g, '<code>$1</code>')
}
