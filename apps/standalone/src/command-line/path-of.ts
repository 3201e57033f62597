/** @returns where a job, or an import, is asked for, and each of its steps */
export const pathOf =
  (thing: 'job' | 'import') =>
  (id: string, step?: string): string =>
    `${thing}s/${encodeURIComponent(id)}${step === undefined ? '' : `/${step}`}`
