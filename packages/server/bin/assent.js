#!/usr/bin/env node
/**
 * @module Starts the built `assent` command. It is a file of its own so that `npx assent` finds it in a checkout that is not built yet.
 */
import { existsSync } from 'node:fs'

const command = new URL('../dist/assent.js', import.meta.url)
if (existsSync(command)) await import(command.href)
else {
  process.stderr.write('Assent is not built yet. Run npm start, or: npm install && npm run build\n')
  process.exitCode = 1
}
