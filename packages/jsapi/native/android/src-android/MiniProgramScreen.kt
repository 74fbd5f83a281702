package assent

import android.annotation.SuppressLint
import android.content.Context
import android.content.Intent
import android.view.GestureDetector
import android.view.KeyEvent
import android.view.MotionEvent
import android.view.View
import android.view.accessibility.AccessibilityEvent
import android.webkit.WebResourceRequest
import android.webkit.WebResourceResponse
import android.webkit.WebView
import android.webkit.WebViewClient
import android.widget.FrameLayout
import androidx.webkit.WebViewCompat

private const val BRIDGE = "AssentBridge"
private const val HOST_PAGE = "host-page.html"

/**
 * Shows a mini program in a web view, and the consent prompt in another one over it. The page of the core is `host-page.html` in the
 * assets of the app. It gets the origin [hostOrigin], which must be one of the wallet's `origins`; nothing is loaded from there.
 */
@SuppressLint("SetJavaScriptEnabled")
class MiniProgramScreen(
    context: Context,
    private val hostOrigin: String,
    wallet: Wallet,
    settings: Map<String, Any> = emptyMap(),
) : FrameLayout(context) {
    private val hostView = createWebView(HostClient())
    private val pageView = createWebView(PageClient())
    private val host = AssentHost(scriptView(hostView), wallet, settings, ::showSheet)
    private var miniProgram: OpenMiniProgram? = null
    private var isSheetShown = false

    private val taps = GestureDetector(context, object : GestureDetector.SimpleOnGestureListener() {
        override fun onSingleTapUp(event: MotionEvent): Boolean = false.also { tapped() }

        override fun onDoubleTapEvent(event: MotionEvent): Boolean =
            false.also { if (event.actionMasked == MotionEvent.ACTION_UP) tapped() }
    })

    init {
        pageView.settings.domStorageEnabled = true
        hostView.setBackgroundColor(0)
        // Another app must not lie over the consent prompt.
        hostView.filterTouchesWhenObscured = true
        // The host stays in the window: the system stops the scripts of web views that are not.
        addView(hostView)
        addView(pageView)
        showSheet(false)
        WebViewCompat.addWebMessageListener(hostView, BRIDGE, setOf(hostOrigin)) { _, message, _, isMainFrame, _ ->
            if (isMainFrame) message.data?.let(host::onCoreMessage)
        }
        // Pages of all origins may post: those that are not registered learn why they get no connection.
        WebViewCompat.addWebMessageListener(pageView, BRIDGE, setOf("*")) { _, message, origin, isMainFrame, _ ->
            message.data?.let { miniProgram?.onPageMessage(it, origin.toString(), isMainFrame) }
        }
        hostView.loadUrl("$hostOrigin/$HOST_PAGE")
    }

    fun open(opened: MiniProgram, url: String): OpenMiniProgram {
        miniProgram?.close()
        return host.open(opened, scriptView(pageView)).also {
            miniProgram = it
            pageView.loadUrl(url)
        }
    }

    /** @return whether the back button has closed the consent prompt */
    fun onBack(): Boolean = host.onBack()

    // The web view gets the event after the host knows of it, so the call of the page comes after the tap.
    override fun dispatchTouchEvent(event: MotionEvent): Boolean {
        taps.onTouchEvent(event)
        return super.dispatchTouchEvent(event)
    }

    override fun dispatchKeyEvent(event: KeyEvent): Boolean {
        if (event.action == KeyEvent.ACTION_DOWN && !event.isSystem) tapped()
        return super.dispatchKeyEvent(event)
    }

    /** With a screen reader, a tap is an accessibility event and no touch. */
    override fun onRequestSendAccessibilityEvent(child: View, event: AccessibilityEvent): Boolean {
        if (event.eventType == AccessibilityEvent.TYPE_VIEW_CLICKED) tapped()
        return super.onRequestSendAccessibilityEvent(child, event)
    }

    override fun onWindowVisibilityChanged(visibility: Int) {
        super.onWindowVisibilityChanged(visibility)
        miniProgram?.onVisibility(visibility == VISIBLE)
    }

    private fun tapped() {
        if (!isSheetShown) miniProgram?.onTap()
    }

    private fun showSheet(isShown: Boolean) {
        isSheetShown = isShown
        val (front, back) = if (isShown) hostView to pageView else pageView to hostView
        front.bringToFront()
        front.importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_AUTO
        back.importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
        front.requestFocus()
    }

    private fun createWebView(client: WebViewClient): WebView = WebView(context).apply {
        settings.javaScriptEnabled = true
        settings.allowFileAccess = false
        settings.allowContentAccess = false
        webViewClient = client
    }

    private fun scriptView(view: WebView) = ScriptView { script -> view.post { view.evaluateJavascript(script, null) } }

    private inner class PageClient : WebViewClient() {
        override fun doUpdateVisitedHistory(view: WebView, url: String, isReload: Boolean) {
            miniProgram?.onNavigated(url)
        }
    }

    private inner class HostClient : WebViewClient() {
        private fun isHostPage(request: WebResourceRequest) =
            request.isForMainFrame && request.url.toString() == "$hostOrigin/$HOST_PAGE"

        override fun shouldInterceptRequest(view: WebView, request: WebResourceRequest): WebResourceResponse? =
            if (isHostPage(request)) WebResourceResponse("text/html", "utf-8", context.assets.open(HOST_PAGE)) else null

        /** Links of the consent page, such as a privacy policy, open in the browser. */
        override fun shouldOverrideUrlLoading(view: WebView, request: WebResourceRequest): Boolean {
            if (!request.isForMainFrame || isHostPage(request)) return false
            context.startActivity(Intent(Intent.ACTION_VIEW, request.url))
            return true
        }
    }
}
