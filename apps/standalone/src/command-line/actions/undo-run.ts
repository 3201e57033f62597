import { createHash, randomUUID } from 'node:crypto'
import type { ActionOutcome } from '@rollcall/contracts/admin-api'
import { defineCommand } from '../command.ts'
import { misused } from '../failure.ts'
import { tellDone } from './tell-outcome.ts'

export const undoRun = defineCommand({
  name: ['undo'],
  summary: 'Put back what an action has changed',
  takes: 'RUN',
  options: {
    reason: { type: 'string', value: 'TEXT', help: 'why, for the audit log' },
    key: { type: 'string', value: 'TEXT', help: 'the same command with the same key does nothing twice' },
  },
  more: ['RUN is what the action answered: runId in JSON, the third column in a pipe. Refused where it would overwrite what somebody has done since.'],
  async run({ words: [runId, ...others], options: { reason, key = randomUUID(), json = false }, api, screen }) {
    if (runId === undefined || others.length > 0) throw misused('Say one run, by its id.')
    const path = `actions/${encodeURIComponent(runId)}/undo`
    const onceKey = createHash('sha256').update(JSON.stringify([key, runId])).digest('base64url')
    const outcome: ActionOutcome = await api.post(path, { ...(reason !== undefined && { reason }) }, onceKey)
    const { userId, action } = outcome.run
    await tellDone({ screen, isJson: json }, { userId, action }, outcome)
  },
}) // prettier-ignore
