import { useRouter } from 'vue-router'
import { askFor } from './asked.ts'

/** Asks who is to be made or invited, and goes on to their page. */
export function useNewUser(): (words: 'user.create' | 'user.invite') => void {
  const router = useRouter()
  return (words) =>
    askFor({
      user: null,
      words,
      onDone: (user) => user && router.push({ name: 'user', params: { userId: user.userId } }),
    })
}
