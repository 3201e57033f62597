import type { UserSummary } from '@rollcall/contracts/admin-api'
import { useQuery } from '@tanstack/vue-query'
import { computed, reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { apiKey } from '../../api/api-client.ts'
import { injected } from '../../injection.ts'
import { listActions } from './actions.api.ts'
import { offersOf } from './offers.ts'
import type { Offer } from './offers.ts'

export interface ShownOffer extends Offer {
  label: string
  /** Why it cannot be done as things are; null: it can. */
  obstacle: string | null
}

/** What whoever is signed in may do to a user. What they have no permission for is left out, and so is what the dashboard has no words for. */
export function useActions(user: () => Pick<UserSummary, 'userId' | 'isBlocked' | 'isEmailVerified'>) {
  const api = injected(apiKey)
  const { t, te } = useI18n()
  const userId = computed(() => user().userId)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['user', userId, 'actions'],
    queryFn: ({ signal }) => listActions(api, userId.value, signal),
  })
  const offers = computed<ShownOffer[]>(() => {
    const { actions = [], deleteAfterDays: days = 0 } = data.value ?? {}
    return actions
      .filter(({ obstacle }) => obstacle?.code !== 'permission-missing')
      .flatMap(({ name, obstacle }) =>
        offersOf(name)
          .filter(({ hiddenBy }) => hiddenBy === undefined || obstacle?.code !== hiddenBy)
          .filter(({ words, isFor }) => te(`actions.${words}.label`) && (isFor?.(user()) ?? true))
          .map((offer) => ({
            ...offer,
            label: t(`actions.${offer.words}.label`, { days }, days),
            obstacle: obstacle?.message ?? null,
          })),
      )
  })
  const may = (action: string) =>
    data.value?.actions.some(({ name, isPossible }) => name === action && isPossible) ?? false
  return reactive({ offers, problem: error, isPending, refetch, may })
}
