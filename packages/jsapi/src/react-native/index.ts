/**
 * @module `@assent/jsapi/react-native`: a mini program and its consent prompt in a React Native app.
 *
 * @see docs/native-hosts.md#react-native
 */
export type { FailureReport } from '../host-core/mini-program.ts'
export type { ForwardedReply } from '../host-core/services.ts'
export {
  MiniProgramScreen,
  type MiniProgramScreenProps,
  type NativeHostServices,
} from './mini-program-screen.ts'
