import { CircleCheck, CircleDashed, CircleSlash, CircleX } from '@lucide/vue'

/** Where a user of a job can be, in the order of the bar. The pictures say the same as the colours. */
export const barStates = [
  { name: 'done', color: 'bg-good', ink: 'text-good', icon: CircleCheck },
  { name: 'failed', color: 'bg-bad', ink: 'text-bad', icon: CircleX },
  { name: 'excluded', color: 'bg-edge', ink: 'text-soft', icon: CircleSlash },
  { name: 'waiting', color: 'bg-accent-soft', ink: 'text-accent', icon: CircleDashed },
] as const
