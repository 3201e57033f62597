import type { TagList, TagsChange, UserTags } from '@rollcall/contracts/admin-api'
import { Conflict } from '@rollcall/http-kit'
import { changeRemarks, checkUser, type RemarksCall, type RemarksDeps } from './change-remarks.ts'
import { lockRemarks } from './notes.store.ts'
import { countTags, replaceTags, selectTags } from './tags.store.ts'

export async function listTags({ db }: Pick<RemarksDeps, 'db'>, userId: string): Promise<UserTags> {
  return { tags: await selectTags(db, userId) }
}

/** All tags there are, for whoever chooses one. */
export async function listAllTags({ db }: Pick<RemarksDeps, 'db'>): Promise<TagList> {
  return { tags: await countTags(db) }
}

/** @throws NotFound `user-not-found`; Conflict `tags-changed` when they are not those that were seen */
export async function changeTags(
  deps: RemarksDeps,
  call: RemarksCall,
  { tags, basedOn }: TagsChange,
): Promise<UserTags> {
  const { userId } = call
  await checkUser(deps, userId)
  return changeRemarks(deps, call, async (trx) => {
    await lockRemarks(trx, userId)
    const before = await selectTags(trx, userId)
    if (basedOn && !isSame(before, basedOn)) {
      throw new Conflict('tags-changed', 'Somebody has changed these tags meanwhile.', [{ field: 'tags', before: basedOn, after: before }]) // prettier-ignore
    }
    await replaceTags(trx, userId, tags)
    const after = await selectTags(trx, userId)
    const changes = isSame(before, after) ? [] : [{ field: 'tags', before, after }]
    return { result: { tags: after }, action: 'user.change-tags', changes }
  })
}

const isSame = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((tag) => others.includes(tag))
