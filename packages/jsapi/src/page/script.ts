/**
 * @module The build for `<script src="my.js">`: defines the globals `my` and `AlipayJSBridge`.
 *
 * @see docs/mini-programs.md
 */
import { alipayJSBridge, my } from './index.ts'

Object.assign(window, { my, AlipayJSBridge: alipayJSBridge })
