/** The parts of react-test-renderer that the tests use. */
declare module 'react-test-renderer' {
  import type { ReactElement } from 'react'

  export type Instance = {
    readonly props: Readonly<Record<string, unknown>>
    findAllByType(type: string): Instance[]
  }
  export type Renderer = { readonly root: Instance; unmount(): void }
  export function create(element: ReactElement): Renderer
  export function act<T>(run: () => Promise<T> | T): Promise<T>
}
