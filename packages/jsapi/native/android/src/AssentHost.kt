package assent

import org.json.JSONArray
import org.json.JSONObject

/** A web view in which scripts can be run. Scripts of one view run in the order of the calls, on whatever thread they are made. */
fun interface ScriptView {
    fun run(script: String)
}

/** What the wallet provides. */
interface Wallet {
    /**
     * Sends [body] to the wallet's back end, for example to `/api/{operation}`, and calls [reply] with the body of the response, or
     * with null if there is none. Operations are `consult`, `complete`, `profile`, `settings`, `grants` and `revoke`. [reply] may be
     * called on any thread.
     */
    fun send(operation: String, body: String, reply: (String?) -> Unit)

    /** Shows the wallet's privacy settings of a mini program, and calls [onClosed] when the user leaves them. */
    fun showSettings(appId: String, onClosed: () -> Unit)

    /** A call has failed. [detail] is for the wallet's log. */
    fun onFailure(appId: String, cause: String, detail: String) {}
}

/** A registered mini program. [origins] are its `domains` in the registry. */
data class MiniProgram(
    val appId: String,
    val origins: List<String>,
    /** Whether the user arrived by a link from outside the wallet. */
    val deepLink: Boolean = false,
    /** The language of the wallet, as a language tag. Null: that of the web view. */
    val locale: String? = null,
)

/** A mini program in a web view. The native code tells it what it sees. */
class OpenMiniProgram internal constructor(
    private val host: AssentHost,
    private val view: String,
    private val miniProgram: MiniProgram,
    internal val page: ScriptView,
) {
    private var isVisible = true
    internal var isClosed = false
        private set

    /** The page has posted [text]. [url] is its origin or address as the web view reports it, never as the page says it. */
    fun onPageMessage(text: String, url: String, isMainFrame: Boolean) =
        tell("page", "text" to text, "url" to url, "isMainFrame" to isMainFrame)

    /** The user has tapped in the web view, or has pressed a key. Call it before the web view gets the event. */
    fun onTap() = tell("touch")

    /** The web view is in the foreground and not covered, or no longer. */
    fun onVisibility(isVisible: Boolean) {
        this.isVisible = isVisible
        tell("visibility", "isVisible" to isVisible)
    }

    /** The web view shows another page. */
    fun onNavigated(url: String) = tell("navigated", "url" to url)

    /** The user has changed the grant elsewhere in the wallet. */
    fun grantChanged() = tell("grantChanged")

    /** The user has left the mini program. Its pending calls fail. */
    fun close() {
        isClosed = true
        tell("close")
    }

    internal fun announce() {
        val (appId, origins, deepLink, locale) = miniProgram
        tell(
            "open",
            "appId" to appId,
            "origins" to JSONArray(origins),
            "deepLink" to deepLink,
            "locale" to locale,
            "isVisible" to isVisible,
        )
    }

    private fun tell(type: String, vararg members: Pair<String, Any?>) = host.tell(type, "view" to view, *members)
}

/**
 * Connects mini programs with the core, which runs in a web view of the wallet's own ([core]) and decides everything. This class
 * carries messages and has no logic of its own. Use it on one thread, the main thread.
 *
 * @param showSheet shows the web view of the core over the mini program, or hides it
 * @param settings the settings of the core, such as `sheetTitle`
 */
class AssentHost(
    private val core: ScriptView,
    private val wallet: Wallet,
    private val settings: Map<String, Any> = emptyMap(),
    private val showSheet: (Boolean) -> Unit,
) {
    private val miniPrograms = LinkedHashMap<String, OpenMiniProgram>()
    private var lastView = 0
    @Volatile private var isReady = false
    private var isSheetShown = false

    /** @param page the web view of the mini program */
    fun open(miniProgram: MiniProgram, page: ScriptView): OpenMiniProgram {
        val view = "view-${++lastView}"
        val opened = OpenMiniProgram(this, view, miniProgram, page)
        miniPrograms[view] = opened
        opened.announce()
        return opened
    }

    /** The page of the core has posted [text] from its main frame. */
    fun onCoreMessage(text: String) {
        val message = JSONObject(text)
        when (message.getString("type")) {
            "ready" -> start()
            "script" -> miniPrograms[message.getString("view")]?.page?.run(message.getString("script"))
            "call" -> call(message.getInt("id"), message.getString("service"), message.getString("body"))
            "closed" -> miniPrograms.remove(message.getString("view"))
            "sheet" -> setSheetShown(message.getBoolean("isShown"))
            "failure" -> message.getJSONObject("failure").let {
                wallet.onFailure(it.getString("appId"), it.getString("cause"), it.getString("detail"))
            }
            "error" -> wallet.onFailure("", "INTERNAL", message.getString("detail"))
        }
    }

    /** @return whether the back button has closed the consent prompt. Otherwise it is the wallet's. */
    fun onBack(): Boolean {
        if (isSheetShown) tell("back")
        return isSheetShown
    }

    /** Also runs when the web view of the core has crashed and was loaded again: pages then connect again. */
    private fun start() {
        isReady = true
        miniPrograms.values.removeIf { it.isClosed }
        setSheetShown(false)
        tell("start", *settings.mapValues { JSONObject.wrap(it.value) }.toList().toTypedArray())
        miniPrograms.values.forEach(OpenMiniProgram::announce)
    }

    private fun call(id: Int, service: String, body: String) {
        if (service == "showSettings")
            wallet.showSettings(JSONObject(body).getString("appId")) { tell("reply", "id" to id) }
        else
            wallet.send(service, body) { response ->
                if (response != null) tell("reply", "id" to id, "body" to response)
                else tell("reply", "id" to id, "error" to "The wallet's back end has not replied.")
            }
    }

    private fun setSheetShown(isShown: Boolean) {
        if (isShown == isSheetShown) return
        isSheetShown = isShown
        showSheet(isShown)
    }

    /** A core that is not loaded yet learns of the mini programs when it is ready. Pages repeat their first message until then. */
    internal fun tell(type: String, vararg members: Pair<String, Any?>) {
        if (!isReady) return
        val message = JSONObject().put("type", type)
        for ((name, value) in members) message.put(name, value)
        core.run("assentHost.receive($message)")
    }
}
