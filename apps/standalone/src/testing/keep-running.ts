import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'

export interface KeptProgram {
  name: string
  /** How often it was killed by us. */
  kills: number
  /** How long its last start took until it was ready. */
  startMs: number
  /** SIGKILL, whatever it is at; a moment later it is started again. */
  kill(): Promise<void>
  /** Resolves when it has said that it is ready. */
  isReady(): Promise<void>
  stop(): Promise<void>
}

interface KeptProgramOptions {
  name: string
  /** Of `apps/standalone/src`. */
  file: string
  args?: string[]
  /** What it is started in: there is no `.env` of a developer. */
  folder: string
  env: Record<string, string>
}

const pauseMs = 200

/** A program of ours as a process of its own, started again whenever it ends, as systemd and its kind do. */
export function keepRunning({ name, file, args = [], folder, env }: KeptProgramOptions): KeptProgram {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  let child: ChildProcess | undefined
  let said = ''
  let isReady = false
  let isOver = false
  const running = (async () => {
    while (!isOver) {
      said = ''
      const startedAt = performance.now()
      child = spawn(process.execPath, [path, ...args], {
        cwd: folder,
        env: { ...process.env, ...env, LOG_LEVEL: 'error' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const listen = (chunk: Buffer) => {
        said = (said + String(chunk)).slice(-20_000)
        if (isReady || !/^Ready/m.test(said)) return
        isReady = true
        kept.startMs = performance.now() - startedAt
      }
      child.stdout?.on('data', listen)
      child.stderr?.on('data', listen)
      await once(child, 'close')
      isReady = false
      if (!isOver) await sleep(pauseMs)
    }
  })()
  const kept: KeptProgram = {
    name,
    kills: 0,
    startMs: 0,
    kill: async () => {
      isReady = false
      if (child?.kill('SIGKILL')) kept.kills += 1
    },
    isReady: () =>
      vi.waitFor(
        () => {
          if (!isReady) throw new Error(`The ${name} is not ready. It said:\n${said}`)
        },
        { timeout: 60_000, interval: 20 },
      ),
    stop: async () => {
      isOver = true
      child?.kill('SIGKILL')
      await running
    },
  }
  return kept
}
