/**
 * @module The JSON Schemas of assent.yaml and registry.yaml: those that validate the files. Editors complete and check the files with them.
 * @see [JSON Schema](https://json-schema.org/draft/2020-12)
 */
import type { TSchema } from 'typebox'
import { ConfigSchema } from '../config/schema.ts'
import { RegistryFileSchema } from '../registry/files/sections.ts'
import type { Json } from './openapi/components.ts'

export const ASSENT_SCHEMA_FILE = 'assent.schema.json'
export const REGISTRY_SCHEMA_FILE = 'registry.schema.json'

export function assentFileContract(issuer: string): Json {
  return fileContract(issuer, ASSENT_SCHEMA_FILE, ConfigSchema, {
    description: 'The configuration of a server.',
  })
}

export function registryFileContract(issuer: string): Json {
  return fileContract(issuer, REGISTRY_SCHEMA_FILE, RegistryFileSchema, {
    description: 'Records of the registry, for `assent apply`. Every section is optional.',
  })
}

function fileContract(issuer: string, file: string, schema: TSchema, more: Json): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${issuer}/docs/contracts/${file}`,
    ...more,
    ...schema,
  }
}
