// What MiniProgramScreen.kt uses of androidx, whose packages are not in Maven Central. For the compiler only.
package androidx.webkit

import android.net.Uri
import android.webkit.WebView

class WebMessageCompat(val data: String?)

abstract class JavaScriptReplyProxy

object WebViewCompat {
    fun interface WebMessageListener {
        fun onPostMessage(
            view: WebView,
            message: WebMessageCompat,
            sourceOrigin: Uri,
            isMainFrame: Boolean,
            replyProxy: JavaScriptReplyProxy,
        )
    }

    @Suppress("UNUSED_PARAMETER")
    fun addWebMessageListener(view: WebView, name: String, allowedOriginRules: Set<String>, listener: WebMessageListener): Unit =
        throw UnsupportedOperationException()
}
