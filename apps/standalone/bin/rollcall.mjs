#!/usr/bin/env node
// `npx rollcall …`, in a checkout: the scripts of package.json by the same words, and for every other word the command line.
const programs = ['audit', 'seed', 'tenant']
if (!programs.includes(process.argv[2] ?? '')) process.argv.splice(2, 0, 'command-line')
await import('../../../scripts/start.mjs')
