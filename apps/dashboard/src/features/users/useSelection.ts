import { computed, shallowRef } from 'vue'

/** Some users by id, or all that match a filter but for some. */
export type Selection =
  { kind: 'ids'; ids: ReadonlySet<string> } | { kind: 'matching'; filter: string; except: ReadonlySet<string> }

const nobody: Selection = { kind: 'ids', ids: new Set() }

/** @param userIds whose rows are between two */
export function useSelection(userIds: (from: number, to: number) => string[]) {
  const selection = shallowRef<Selection>(nobody)
  /** Where a range begins, and what was selected before it was drawn. */
  let anchor: { row: number; before: Selection } | undefined

  const isSelected = (userId: string): boolean => {
    const chosen = selection.value
    return chosen.kind === 'ids' ? chosen.ids.has(userId) : !chosen.except.has(userId)
  }

  function toggle(userId: string, row: number) {
    selection.value = withUsers(selection.value, [userId], !isSelected(userId))
    anchor = { row, before: selection.value }
  }

  return {
    selection,
    isSelected,
    isEmpty: computed(() => selection.value.kind === 'ids' && selection.value.ids.size === 0),
    toggle,
    /** All from one row to another; a range from the same row as the last one takes its place. */
    extend: (row: number, from: number) => {
      if (anchor?.row !== from) anchor = { row: from, before: selection.value }
      const range = userIds(Math.min(from, row), Math.max(from, row))
      selection.value = withUsers(anchor.before, range, true)
    },
    selectAll: (ids: string[]) => {
      selection.value = { kind: 'ids', ids: new Set(ids) }
      anchor = undefined
    },
    selectMatching: (filter: string) => {
      selection.value = { kind: 'matching', filter, except: new Set() }
      anchor = undefined
    },
    forget: (userId: string) => {
      if (isSelected(userId)) selection.value = withUsers(selection.value, [userId], false)
    },
    clear: () => {
      selection.value = nobody
      anchor = undefined
    },
  }
}

function withUsers(selection: Selection, userIds: readonly string[], isIn: boolean): Selection {
  const isAdded = isIn === (selection.kind === 'ids')
  const ids = new Set(selection.kind === 'ids' ? selection.ids : selection.except)
  for (const userId of userIds) {
    if (isAdded) ids.add(userId)
    else ids.delete(userId)
  }
  return selection.kind === 'ids' ? { kind: 'ids', ids } : { ...selection, except: ids }
}
