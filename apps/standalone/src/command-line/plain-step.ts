import { defineCommand, type Command } from './command.ts'
import { pathOf } from './path-of.ts'
import { readId } from './read-id.ts'

/** A step that takes nothing but the id, and answers with where the thing is then. */
export const plainStep = (thing: 'job' | 'import', step: string, summary: string): Command =>
  defineCommand({
    name: [`${thing}s`, step],
    summary,
    takes: thing.toUpperCase(),
    options: {},
    async run({ words, options, api, screen }) {
      const id = readId(words, thing)
      const now = await api.post<{ phase: string }>(pathOf(thing)(id, step), {})
      await (options.json ? screen.json(now) : screen.say(id, '  ', now.phase))
    },
  })
