#!/usr/bin/env node
/**
 * @module The `assent` command.
 */
import { runCommandLine } from './args.ts'

await runCommandLine()
