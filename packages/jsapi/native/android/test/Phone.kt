package assent

import java.io.File
import java.security.SecureRandom
import org.graalvm.polyglot.Context
import org.graalvm.polyglot.Engine
import org.graalvm.polyglot.Source
import org.graalvm.polyglot.proxy.ProxyExecutable

private val ENGINE = Engine.newBuilder("js").option("engine.WarnInterpreterOnly", "false").build()
private val random = SecureRandom()
private fun read(path: String): Source = Source.newBuilder("js", File(path)).build()
private val WEB_VIEW = read("test/web-view.js")
private val CORE = read("../../dist/host-core.js")
private val MY = read("../../dist/my.js")

/** The main thread of a phone: work that is posted runs later, in order. Its clock moves when the test says so. */
class MainThread {
    private val work = ArrayDeque<() -> Unit>()
    private val webViews = mutableListOf<WebView>()

    fun post(run: () -> Unit) = work.addLast(run)

    fun add(webView: WebView) = webViews.add(webView)

    fun runAll() {
        while (work.isNotEmpty()) work.removeFirst()()
    }

    fun advance(milliseconds: Int) {
        repeat(milliseconds / STEP_MS) {
            runAll()
            webViews.forEach { it.advance(STEP_MS) }
        }
        runAll()
    }

    private companion object { const val STEP_MS = 50 }
}

/** A web view with a real JavaScript engine. Its page and the native code exchange strings on the main thread. */
class WebView(private val thread: MainThread, private val onText: (String) -> Unit) : ScriptView {
    private lateinit var context: Context
    private var loads = 0
    private var now = 0

    init {
        thread.add(this)
    }

    override fun run(script: String) = thread.post { context.eval("js", script) }

    fun evaluate(script: String): String = context.eval("js", script).toString()

    fun load(origin: String, vararg scripts: Source) {
        val page = Context.newBuilder("js").engine(ENGINE).build()
        val load = ++loads
        context = page
        page.getBindings("js").apply {
            // A page that the web view no longer shows cannot post.
            putMember("nativePost", ProxyExecutable { (text) ->
                text.asString().let { thread.post { if (load == loads) onText(it) } }
            })
            putMember("randomByte", ProxyExecutable { random.nextInt(256) })
        }
        page.eval(WEB_VIEW)
        page.eval("js", "now = $now; var location = Object.freeze({ origin: '$origin' })")
        scripts.forEach(page::eval)
    }

    fun advance(milliseconds: Int) {
        now += milliseconds
        while (context.eval("js", "runTimer($now)").asBoolean()) Unit
    }
}

/** A wallet whose back end replies as the test says. */
class TestWallet : Wallet {
    val sent = mutableListOf<Pair<String, String>>()
    val failures = mutableListOf<String>()
    val replies = mutableMapOf<String, (String?) -> Unit>()
    var settingsClosed: (() -> Unit)? = null
    /** The body of the response by operation. Operations that are not here are not answered at once. */
    val responses = mutableMapOf<String, String?>()

    override fun send(operation: String, body: String, reply: (String?) -> Unit) {
        sent += operation to body
        replies[operation] = reply
        if (operation in responses) reply(responses[operation])
    }

    override fun showSettings(appId: String, onClosed: () -> Unit) {
        settingsClosed = onClosed
    }

    override fun onFailure(appId: String, cause: String, detail: String) {
        failures += "$appId $cause"
    }
}

/** A phone with the wallet's app. */
class Phone {
    val thread = MainThread()
    val wallet = TestWallet()
    val sheetChanges = mutableListOf<Boolean>()
    val core: WebView = WebView(thread) { host.onCoreMessage(it) }
    val host: AssentHost = AssentHost(core, wallet, mapOf("timeouts" to mapOf("backEnd" to 5000))) { sheetChanges += it }

    fun loadCore() {
        core.load("https://wallet.example", CORE)
        thread.runAll()
    }

    /** Opens a mini program and loads its page at [origin]. */
    fun open(appId: String = "kopi-house", origin: String = "https://kopi.example", isMainFrame: Boolean = true): Page {
        val page = Page(this, MiniProgram(appId, listOf("https://kopi.example", "https://pixel.example")), isMainFrame)
        page.load(origin)
        thread.runAll()
        return page
    }
}

/** The page of a mini program. */
class Page(private val phone: Phone, miniProgram: MiniProgram, isMainFrame: Boolean) {
    private var origin = ""
    private val view: WebView = WebView(phone.thread) { opened.onPageMessage(it, origin, isMainFrame) }
    val opened: OpenMiniProgram = phone.host.open(miniProgram, view)

    fun load(at: String) {
        origin = at
        view.load(at, MY)
    }

    fun tap() = opened.onTap()

    /** Starts a call, whose outcome is in [outcome] under [name] when it has settled. */
    fun call(name: String, call: String) {
        val settle = "(result) => { window['$name'] = result.cause || result.authCode || JSON.stringify(result) }"
        view.evaluate("my.$call.then($settle, $settle); 0")
        phone.thread.runAll()
    }

    fun outcome(name: String): String = view.evaluate("String(window['$name'])")

    fun evaluate(script: String): String = view.evaluate(script)
}
