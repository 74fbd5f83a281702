/**
 * @module The privacy page, which Assent serves. A link that works once opens it.
 */
import type { WalletReply } from '@assent/protocol'
import { useEffect, useRef, useState } from 'preact/hooks'
import { post } from './api.ts'

export type PrivacyProps = { readonly back: () => void; readonly onChanged?: () => void }

export function Privacy({ back, onChanged }: PrivacyProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [url, setUrl] = useState('')

  useEffect(() => {
    void post<WalletReply<'createPrivacyLink'>>('createPrivacyLink', {
      locale: document.documentElement.lang,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    }).then((reply) => setUrl('url' in reply ? reply.url : ''))
  }, [])
  useEffect(() => {
    function listen({ origin, source, data }: MessageEvent): void {
      const isPage = url !== '' && origin === new URL(url).origin
      if (!isPage || source !== frame.current?.contentWindow) return
      if (data?.outcome === 'changed') onChanged?.()
      if (data?.outcome === 'dismissed') back()
    }
    addEventListener('message', listen)
    return () => removeEventListener('message', listen)
  }, [url])

  return (
    <div class="screen">
      <header class="bar">
        <button type="button" class="icon" onClick={back} aria-label="Back">
          <span class="chevron" aria-hidden="true" />
        </button>
        <strong>Privacy</strong>
      </header>
      {url !== '' && <iframe ref={frame} class="mini-program privacy" title="Privacy" src={url} />}
    </div>
  )
}
