import type { Job, JobPhase } from '@rollcall/contracts/admin-api'
import {
  CircleCheck,
  CirclePause,
  CircleSlash,
  CircleX,
  ClipboardCheck,
  Hourglass,
  Play,
  ScanSearch,
  TriangleAlert,
} from '@lucide/vue'
import type { Component } from 'vue'
import { useI18n } from 'vue-i18n'
import { manyOfferOf } from './many-offers.ts'

interface PhaseLook {
  /** Under `jobs.phases` in the locale. */
  text: string
  tone: 'good' | 'bad' | 'wait' | 'plain'
  icon: Component
}

const looks: Record<JobPhase, Omit<PhaseLook, 'text'>> = {
  planning: { tone: 'plain', icon: ScanSearch },
  planned: { tone: 'wait', icon: ClipboardCheck },
  'waiting-for-approval': { tone: 'wait', icon: Hourglass },
  running: { tone: 'plain', icon: Play },
  paused: { tone: 'wait', icon: CirclePause },
  done: { tone: 'good', icon: CircleCheck },
  cancelled: { tone: 'plain', icon: CircleSlash },
  failed: { tone: 'bad', icon: CircleX },
}

/** Absent: what was decided on it is not known. */
export type PhasedJob = Pick<Job, 'phase' | 'counts'> & Partial<Pick<Job, 'approval'>>

/** Where a job is, in a word, a colour and a picture. What ended well for some only is not simply over. */
export function lookOf({ phase, counts, approval }: PhasedJob): PhaseLook {
  if (phase === 'done' && counts.failed > 0) return { text: 'doneButFailed', tone: 'bad', icon: TriangleAlert }
  if (phase === 'cancelled' && approval?.isGiven === false) return { text: 'refused', tone: 'bad', icon: CircleX }
  return { text: phase, ...looks[phase] }
}

/** Whether it goes on by itself. */
export const isMoving = ({ phase }: Pick<Job, 'phase'>): boolean => phase === 'planning' || phase === 'running'

/** Whether it can still be told to be otherwise. */
export const isOpen = ({ phase }: Pick<Job, 'phase'>): boolean =>
  phase !== 'done' && phase !== 'cancelled' && phase !== 'failed'

/** To how many it is done, was done, or is to be done. */
export const usersOf = ({ counts }: Pick<Job, 'counts'>): number => counts.users - counts.excluded

/** How far it is in per cent, of those to whom it is done. */
export function percentOf(jobs: readonly Pick<Job, 'counts'>[]): number {
  const users = jobs.reduce((sum, job) => sum + usersOf(job), 0)
  const ended = jobs.reduce((sum, { counts }) => sum + counts.done + counts.failed, 0)
  return Math.floor((ended / Math.max(1, users)) * 100)
}

/** How that is called which a job does. */
export function useActionName() {
  const { t, te } = useI18n()
  return ({ action, params }: Pick<Job, 'action' | 'params'>): string => {
    const { words } = manyOfferOf(action, params)
    return te(`jobs.actions.${words}.label`) ? t(`jobs.actions.${words}.label`) : action
  }
}

/** How a job is called. */
export function useJobTitle() {
  const { t, n } = useI18n()
  const nameOf = useActionName()
  return (job: Pick<Job, 'action' | 'params' | 'undoOf' | 'phase' | 'counts'>): string => {
    const what = t(job.undoOf ? 'jobs.undoTitle' : 'jobs.title', { what: nameOf(job) })
    if (job.phase === 'planning' || job.phase === 'failed') return what
    const users = usersOf(job)
    return `${what} · ${t('jobs.users', { formatted: n(users) }, users)}`
  }
}
