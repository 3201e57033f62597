#!/usr/bin/env node
// `npx rollcall audit verify`, in a checkout: what the scripts of package.json start, by the same words.
import '../../../scripts/start.mjs'
