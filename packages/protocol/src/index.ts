/**
 * @module `@assent/protocol`: the wire definitions that the server, the SDKs and the test tools share. It has no dependencies and
 * uses neither Node nor the DOM.
 */
export * from './bridge.ts'
export * from './dialects.ts'
export * from './errors.ts'
export * from './jsapi.ts'
export * from './key-text.ts'
export * from './merchant-api.ts'
export * from './notifications.ts'
export * from './request-time.ts'
export * from './scope.ts'
export * from './signature.ts'
export * from './user-info.ts'
export * from './wallet-api.ts'
