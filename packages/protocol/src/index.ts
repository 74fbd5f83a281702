/**
 * @module `@assent/protocol`: the words on the wire. No dependencies, no Node, no DOM.
 */
export * from './bridge.ts'
export * from './dialects.ts'
export * from './errors.ts'
export * from './jsapi.ts'
export * from './merchant-api.ts'
export * from './notifications.ts'
export * from './request-time.ts'
export * from './scope.ts'
export * from './signature.ts'
export * from './user-info.ts'
export * from './wallet-api.ts'
