/**
 * @module `assent migrate`: applies the migrations of the database schema.
 */
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { withStore } from '../store.ts'

export const migrate = defineCommand({
  name: 'migrate',
  usages: [
    {
      syntax: 'migrate --config assent.yaml',
      help: 'Brings the schema of the database up to date.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    // Opening a store migrates it.
    await withStore(config, async (_store, { store }) =>
      print(`${store.replace(/:\/\/.*@/, '://')} is up to date`),
    )
  },
})
