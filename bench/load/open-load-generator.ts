import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Load, LoadAnswer, LoadRequest, Sample } from './load.ts'

export interface LoadGenerator {
  /** One load at a time. @throws Error when an answer was not what was asked for */
  run(load: Load, milliseconds: number): Promise<Sample>
  close(): Promise<void>
}

export function openLoadGenerator(): LoadGenerator {
  const worker = fork(new URL('worker.ts', import.meta.url))
  return {
    async run(load, milliseconds) {
      const answered = once(worker, 'message')
      worker.send({ load, milliseconds } satisfies LoadRequest)
      const [answer] = (await answered) as [LoadAnswer] // the worker sends nothing else
      if ('failure' in answer) throw new Error(answer.failure)
      return answer.sample
    },
    async close() {
      const ended = once(worker, 'exit')
      worker.disconnect()
      await ended
    },
  }
}
