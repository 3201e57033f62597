// To be loaded before auth0-deploy-cli, most of whose time goes into two things that are nothing to the tenant: waiting, since it asks no more than
// eight times a second for the sake of Auth0's limits, and compiling a schema of every text of every page in every language, twice.
import { createRequire } from 'node:module'

const load = createRequire(createRequire(import.meta.url).resolve('auth0-deploy-cli'))
const { PromisePoolExecutor } = load('promise-pool-executor')
const { schema: prompts } = load('./tools/auth0/handlers/prompts.js')
const { addGenericTask } = PromisePoolExecutor.prototype

/** @param {object} options */
PromisePoolExecutor.prototype.addGenericTask = function (options) {
  this.frequencyLimit = Number.POSITIVE_INFINITY
  return addGenericTask.call(this, options)
}

delete prompts.properties.customText.properties
delete prompts.properties.partials.properties
