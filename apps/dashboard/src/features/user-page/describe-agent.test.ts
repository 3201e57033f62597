import { expect, test } from 'vitest'
import { describeAgent } from './describe-agent.ts'

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140', 'Linux', false],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari 18', 'iOS', true],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0', 'Edge 141', 'Windows', false],
  ['Chrome 156.0.0 / Mac OS X 15.1.0', 'Chrome 156', 'macOS', false],
  ['Other 0.0.0 / Android 14.0.0', undefined, 'Android', true],
  ['okhttp/4.9.0', 'okhttp', undefined, false],
  [null, undefined, undefined, false],
])('%s is called what people call it', (userAgent, browser, system, isMobile) => {
  expect(describeAgent(userAgent)).toEqual({ browser, system, isMobile })
}) // prettier-ignore
