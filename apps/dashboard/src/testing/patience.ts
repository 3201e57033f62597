import { vi } from 'vitest'

// As long as the configuration lets expect.poll wait; for this there is no setting.
const timeout = 10_000
const { waitFor } = vi
vi.waitFor = (callback, options) => waitFor(callback, typeof options === 'number' ? options : { timeout, ...options })
