/**
 * @module The script of the process that removes copies of deleted values for a node. Its argument is the database file, its message the text.
 */
import { removeResidue } from './residue.ts'

const [, , path = ''] = process.argv

// Without a listener, the process ends.
process.once('message', (text) => removeResidue(path, String(text)))
