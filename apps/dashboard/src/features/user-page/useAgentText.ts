import { useI18n } from 'vue-i18n'
import { describeAgent } from './describe-agent.ts'

/** "Firefox 140 on Linux"; undefined where nothing is known. */
export function useAgentText() {
  const { t } = useI18n()
  return (userAgent: string | null): string | undefined => {
    const { browser, system } = describeAgent(userAgent)
    return browser && system ? t('userPage.agent', { browser, system }) : (browser ?? system)
  }
}
