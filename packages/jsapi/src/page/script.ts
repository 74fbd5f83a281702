/**
 * @module The `<script src>` build: defines the globals `my` and `AlipayJSBridge` (contract: jsapi §3).
 */
import { alipayJSBridge, my } from './index.ts'

Object.assign(window, { my, AlipayJSBridge: alipayJSBridge })
