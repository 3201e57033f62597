export { DataFolderUnusable, openDataFolder } from './data-folder.ts'
export type { DataFolder } from './data-folder.ts'
export { isAlive, takeProcessLock } from './process-lock.ts'
export type { Holder, LockResult } from './process-lock.ts'
