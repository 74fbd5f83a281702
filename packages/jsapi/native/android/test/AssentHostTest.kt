package assent

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test

private const val SUCCESS = """"result": {"resultStatus": "S", "resultCode": "SUCCESS", "resultMessage": "success"}"""
private fun granted(code: String) =
    """{$SUCCESS, "status": "GRANTED", "authCode": "$code", "authSuccessScopes": [], "authErrorScopes": {}}"""
private const val CONSENT_REQUIRED =
    """{$SUCCESS, "status": "CONSENT_REQUIRED", "consentRequestId": "cr_1", "consentUrl": "https://assent.example/consent/cr_1"}"""
private const val DISMISSED = """{$SUCCESS, "status": "DISMISSED", "authErrorScopes": {}}"""
private const val ASK = "getAuthCode({ scopes: 'auth_user' })"

/** The Kotlin host, the core and my.js together: three JavaScript worlds, and nothing but strings between them. */
class AssentHostTest {
    private val phone = Phone()
    private val wallet get() = phone.wallet

    @BeforeEach
    fun load() = phone.loadCore()

    private fun askForConsent(page: Page = phone.open()): Page {
        wallet.responses["consult"] = CONSENT_REQUIRED
        page.tap()
        page.call("asked", ASK)
        return page
    }

    @Test
    fun `a page logs in without a prompt`() {
        wallet.responses["consult"] = granted("ac_silent")
        val page = phone.open()
        page.call("login", "getAuthCode()")
        assertEquals("ac_silent", page.outcome("login"))
        assertEquals(emptyList<Boolean>(), phone.sheetChanges)
        assertTrue(wallet.sent.single().second.contains(""""appId":"kopi-house""""))
    }

    @Test
    fun `a tap opens the prompt, and the decision completes the call`() {
        val page = askForConsent()
        assertEquals(listOf(true), phone.sheetChanges)
        assertEquals("undefined", page.outcome("asked"))
        wallet.responses["complete"] = granted("ac_granted")
        phone.core.evaluate("consentPagePosts('assent:consent-shown'); consentPagePosts('assent:consent')")
        phone.thread.runAll()
        assertEquals("ac_granted", page.outcome("asked"))
        assertEquals(listOf(true, false), phone.sheetChanges)
        assertEquals("0", phone.core.evaluate("String(frames.length)"))
    }

    @Test
    fun `the back button closes the prompt, and is the wallet's otherwise`() {
        assertFalse(phone.host.onBack())
        val page = askForConsent()
        wallet.responses["complete"] = DISMISSED
        assertTrue(phone.host.onBack())
        phone.thread.runAll()
        assertEquals("DISMISSED", page.outcome("asked"))
        assertFalse(phone.host.onBack())
    }

    @Test
    fun `a prompt needs a tap of the last five seconds, which permits one prompt`() {
        val page = phone.open()
        wallet.responses["consult"] = CONSENT_REQUIRED
        page.call("untouched", ASK)
        assertEquals("FIRST_SCREEN", page.outcome("untouched"))
        page.tap()
        phone.thread.advance(5100)
        page.call("late", ASK)
        assertEquals("NO_USER_GESTURE", page.outcome("late"))
        askForConsent(page)
        wallet.responses["complete"] = DISMISSED
        phone.host.onBack()
        phone.thread.runAll()
        page.call("again", ASK)
        assertEquals("NO_USER_GESTURE", page.outcome("again"))
        assertTrue(wallet.sent.any { (operation, body) -> operation == "consult" && body.contains("userGestureAgeMilliseconds") })
    }

    @Test
    fun `a tap that only the page reports permits nothing`() {
        val page = phone.open()
        wallet.responses["consult"] = CONSENT_REQUIRED
        page.evaluate("window.dispatchEvent({ type: 'pointerup', isTrusted: true })")
        phone.thread.runAll()
        page.call("asked", ASK)
        assertEquals("FIRST_SCREEN", page.outcome("asked"))
    }

    @Test
    fun `a covered mini program gets no prompt`() {
        val page = phone.open()
        page.tap()
        page.opened.onVisibility(false)
        wallet.responses["consult"] = CONSENT_REQUIRED
        page.call("asked", ASK)
        assertEquals("NOT_VISIBLE", page.outcome("asked"))
    }

    @Test
    fun `a page of another origin gets the cause and nothing else`() {
        val page = phone.open(origin = "https://evil.example")
        page.call("login", "getAuthCode()")
        assertEquals("ORIGIN_NOT_REGISTERED", page.outcome("login"))
        assertEquals(listOf("kopi-house ORIGIN_NOT_REGISTERED"), wallet.failures)
        assertEquals(emptyList<Any>(), wallet.sent)
    }

    @Test
    fun `a frame in the page gets no connection`() {
        val page = phone.open(isMainFrame = false)
        page.call("login", "getAuthCode()")
        phone.thread.advance(10_000)
        assertEquals("TIMEOUT", page.outcome("login"))
        assertEquals(emptyList<Any>(), wallet.sent)
    }

    @Test
    fun `a code does not reach the page of another origin that has loaded meanwhile`() {
        val page = phone.open()
        page.call("login", "getAuthCode()")
        page.load("https://evil.example")
        page.evaluate("var seen = []; AssentBridge.onmessage = ({ data }) => seen.push(data)")
        wallet.replies.getValue("consult")(granted("ac_secret"))
        phone.thread.runAll()
        assertFalse(page.evaluate("JSON.stringify(seen)").contains("ac_secret"))
    }

    @Test
    fun `calls settle once, whatever the back end does`() {
        val page = phone.open()
        wallet.responses["settings"] = null
        page.call("unreachable", "getSetting()")
        assertEquals("NETWORK", page.outcome("unreachable"))
        wallet.responses["grants"] = "<html>502</html>"
        page.call("malformed", "getGrants()")
        assertEquals("NETWORK", page.outcome("malformed"))
        page.call("slow", "getOpenUserInfo()")
        phone.thread.advance(5000)
        assertEquals("TIMEOUT", page.outcome("slow"))
        page.call("twice", "getAuthCode()")
        repeat(2) { wallet.replies.getValue("consult")(granted("ac_${it + 1}")) }
        phone.thread.runAll()
        assertEquals("ac_1", page.outcome("twice"))
    }

    @Test
    fun `the settings are shown, and read when the user leaves them`() {
        wallet.responses["settings"] = """{$SUCCESS, "authSetting": {"auth_user": true}}"""
        val page = phone.open()
        page.call("settings", "openSetting()")
        assertEquals("undefined", page.outcome("settings"))
        wallet.settingsClosed!!()
        phone.thread.runAll()
        assertEquals("""{"authSetting":{"auth_user":true}}""", page.outcome("settings"))
    }

    @Test
    fun `one prompt is open at a time`() {
        askForConsent()
        val other = phone.open("pixel-arcade", "https://pixel.example")
        other.tap()
        other.call("asked", ASK)
        assertEquals("CONSENT_ALREADY_OPEN", other.outcome("asked"))
        assertEquals(listOf(true), phone.sheetChanges)
    }

    @Test
    fun `a mini program that is left fails its calls and closes its prompt`() {
        val page = askForConsent()
        page.opened.close()
        phone.thread.runAll()
        assertEquals("PAGE_GONE", page.outcome("asked"))
        assertEquals(listOf(true, false), phone.sheetChanges)
    }

    @Test
    fun `pages connect again when the core is loaded again`() {
        val page = askForConsent()
        phone.loadCore()
        assertEquals(listOf(true, false), phone.sheetChanges)
        wallet.responses["consult"] = granted("ac_again")
        page.call("lost", "getAuthCode()")
        assertEquals("PAGE_GONE", page.outcome("lost"))
        phone.thread.runAll()
        page.call("login", "getAuthCode()")
        assertEquals("ac_again", page.outcome("login"))
    }

    @Test
    fun `the page learns that the grant has changed`() {
        val page = phone.open()
        page.evaluate("var changes = 0; my.onGrantChanged(() => changes++)")
        page.opened.grantChanged()
        phone.thread.runAll()
        assertEquals("1", page.evaluate("String(changes)"))
    }
}
