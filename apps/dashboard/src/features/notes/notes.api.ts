import type { TagList, TagsChange, UserNote, UserTags } from '@rollcall/contracts/admin-api'
import type { ApiClient } from '../../api/api-client.ts'

const pathOf = (userId: string, part: string) => `users/${encodeURIComponent(userId)}/${part}`

export const addNote = (api: ApiClient, userId: string, text: string): Promise<UserNote> =>
  api.post(pathOf(userId, 'notes'), { text })

export const editNote = (api: ApiClient, userId: string, { noteId, text }: { noteId: string; text: string }) =>
  api.put<UserNote>(pathOf(userId, `notes/${noteId}`), { text })

export const deleteNote = (api: ApiClient, userId: string, noteId: string): Promise<void> =>
  api.delete(pathOf(userId, `notes/${noteId}`))

export const listAllTags = (api: ApiClient, signal: AbortSignal): Promise<TagList> => api.get('tags', signal)

export const changeTags = (api: ApiClient, userId: string, change: TagsChange): Promise<UserTags> =>
  api.put(pathOf(userId, 'tags'), change)
