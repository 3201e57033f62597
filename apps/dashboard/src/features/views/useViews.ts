import type { View, ViewContent, ViewList } from '@rollcall/contracts/admin-api'
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ApiClient } from '../../api/api-client.ts'
import { useChanges } from '../../api/changes.ts'
import { ApiProblem } from '../../api/problem.ts'
import { toast } from '../../ui/toasts.ts'
import { contentOf } from './list-question.ts'
import { createView, deleteView, listViews, updateView } from './views.api.ts'

const viewsKey = ['views']

/** The saved views that one sees, one's own and the shared ones, by name; and what is done to them. */
export function useViews(api: ApiClient) {
  const { t, locale } = useI18n()
  const client = useQueryClient()
  const { data, error } = useQuery({ queryKey: viewsKey, queryFn: ({ signal }) => listViews(api, signal) })
  const refresh = () => client.invalidateQueries({ queryKey: viewsKey })
  useChanges((change) => {
    if (change.kind === 'views') void refresh()
  })

  /** Shown at once; the server's own list follows. */
  const put = (view: View) => {
    client.setQueryData<ViewList>(viewsKey, (list) => ({
      views: [...(list?.views ?? []).filter(({ id }) => id !== view.id), view],
    }))
    void refresh()
    return view
  }
  const create = async (content: ViewContent) => put(await createView(api, content))
  const update = async (id: string, content: ViewContent) => put(await updateView(api, id, content))
  const remove = async (view: View) => {
    try {
      await deleteView(api, view.id)
    } catch (problem) {
      // Somebody was faster: it is gone all the same.
      if (!(problem instanceof ApiProblem && problem.status === 404)) {
        return toast(t('views.deleteFailed', { name: view.name }))
      }
    }
    client.setQueryData<ViewList>(viewsKey, (list) => ({
      views: (list?.views ?? []).filter(({ id }) => id !== view.id),
    }))
    const undo = () => create(contentOf(view)).catch(() => toast(t('views.failed')))
    toast(t('views.deleted', { name: view.name }), { label: t('views.undo'), isUndo: true, run: undo })
  }

  return {
    views: computed(() =>
      (data.value?.views ?? []).toSorted((one, other) => one.name.localeCompare(other.name, locale.value)),
    ),
    error,
    create,
    update,
    remove,
  }
}
