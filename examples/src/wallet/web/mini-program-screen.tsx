/**
 * @module A mini program in its frame, with `createHost` from `@assent/jsapi`: an example of a wallet's web host.
 */
import { createHost, type OpenMiniProgram, openSheet } from '@assent/jsapi/host'
import { useEffect, useRef, useState } from 'preact/hooks'
import { calls, type MiniProgram } from './api.ts'
import { publish } from './call-panel.tsx'
import { Privacy } from './privacy.tsx'

export type MiniProgramScreenProps = {
  readonly app: MiniProgram
  readonly hash: string
  /** The user opened the mini program with a link. */
  readonly deepLink: boolean
  readonly back: () => void
}

export function MiniProgramScreen({ app, hash, deepLink, back }: MiniProgramScreenProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  const overlay = useRef<HTMLDivElement>(null)
  const opened = useRef<OpenMiniProgram>(null)
  const [settings, setSettings] = useState<{ close: () => void }>()

  useEffect(() => {
    if (!frame.current) return undefined
    const host = createHost({
      ...calls,
      consult(request) {
        publish({
          step: '1.1',
          from: 'miniProgram',
          to: 'wallet',
          title: 'my.getAuthCode',
          outcome: '',
          ok: true,
          detail: request,
        })
        return calls.consult(request)
      },
      async showSheet(url, signal) {
        publish({
          step: '1.3',
          from: 'wallet',
          to: 'assent',
          title: 'consent prompt',
          outcome: 'shown',
          ok: true,
        })
        await openSheet({
          url,
          signal,
          container: overlay.current as HTMLElement,
          title: 'Consent',
        })
      },
      showSettings: () => new Promise((resolve) => setSettings({ close: resolve })),
    })
    opened.current = host.open({
      appId: app.appId,
      origins: app.origins,
      frame: frame.current,
      deepLink,
    })
    frame.current.src = `${app.url}${hash && `#${hash}`}`
    return () => opened.current?.close()
  }, [app, hash])

  function leaveSettings(): void {
    settings?.close()
    setSettings(undefined)
  }

  return (
    <div class="screen">
      <header class="bar">
        <button type="button" class="icon" onClick={back} aria-label="Back">
          <span class="chevron" aria-hidden="true" />
        </button>
        <strong>{app.name}</strong>
        <button type="button" class="text" onClick={() => setSettings({ close: () => undefined })}>
          Privacy
        </button>
      </header>
      <iframe ref={frame} class="mini-program" title={app.name} />
      <div ref={overlay} class="overlay" />
      {settings && (
        <div class="cover">
          <Privacy back={leaveSettings} onChanged={() => opened.current?.grantChanged()} />
        </div>
      )}
    </div>
  )
}
