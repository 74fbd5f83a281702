import UIKit
import WebKit

/// Shows a mini program in a web view, and the consent prompt in another one over it. The page of the core is `host-page.html` in
/// the bundle of the app. It gets the origin `hostOrigin`, which must be one of the wallet's `origins`; nothing is loaded from there.
///
/// The core in the other web view decides everything. This class carries messages: docs/native-hosts.md#messages.
public final class MiniProgramScreen: UIViewController, WKScriptMessageHandler, WKNavigationDelegate, WKUIDelegate,
  UIGestureRecognizerDelegate
{
  /// Sends `body` to the wallet's back end, and calls `reply` with the body of the response, or with nil if there is none.
  public typealias Send = (_ operation: String, _ body: String, _ reply: @escaping (String?) -> Void) -> Void
  public typealias ShowSettings = (_ appId: String, _ onClosed: @escaping () -> Void) -> Void

  private static let bridge = "assentBridge"
  private static let bridgeScript = """
    window.AssentBridge = { onmessage: null, postMessage: function (text) { webkit.messageHandlers.assentBridge.postMessage(text) } }
    """

  private let hostOrigin: URL
  private let settings: [String: Any]
  private let send: Send
  private let showSettings: ShowSettings
  private let onFailure: ([String: Any]) -> Void
  private lazy var hostView = createWebView()
  private lazy var pageView = createWebView()
  private var miniProgram: [String: Any]?
  private var isReady = false
  private var isSheetShown = false

  public init(
    hostOrigin: URL, settings: [String: Any] = [:], send: @escaping Send, showSettings: @escaping ShowSettings,
    onFailure: @escaping ([String: Any]) -> Void = { _ in }
  ) {
    self.hostOrigin = hostOrigin
    self.settings = settings
    self.send = send
    self.showSettings = showSettings
    self.onFailure = onFailure
    super.init(nibName: nil, bundle: nil)
  }

  @available(*, unavailable)
  required init?(coder: NSCoder) { fatalError() }

  /// Opens a mini program. `origins` are its `domains` in the registry.
  public func open(appId: String, origins: [String], url: URL, deepLink: Bool = false, locale: String = "") {
    loadViewIfNeeded()
    miniProgram = ["appId": appId, "origins": origins, "deepLink": deepLink, "locale": locale]
    announce()
    pageView.load(URLRequest(url: url))
  }

  /// The user has changed the grant elsewhere in the wallet.
  public func grantChanged() { tell("grantChanged", ["view": "page"]) }

  /// The user has left the mini program. Call it before the screen goes.
  public func close() {
    tell("close", ["view": "page"])
    miniProgram = nil
    for view in [hostView, pageView] {
      view.configuration.userContentController.removeScriptMessageHandler(forName: Self.bridge)
    }
  }

  public override func viewDidLoad() {
    super.viewDidLoad()
    hostView.isOpaque = false
    hostView.backgroundColor = .clear
    // The host stays on the screen: the system stops the scripts of web views that are not.
    for subview in [hostView, pageView] { view.addSubview(subview) }
    let taps = UITapGestureRecognizer(target: self, action: #selector(tapped))
    taps.cancelsTouchesInView = false
    taps.delegate = self
    pageView.addGestureRecognizer(taps)
    let center = NotificationCenter.default
    center.addObserver(
      self, selector: #selector(visibilityChanged), name: UIApplication.didBecomeActiveNotification, object: nil)
    center.addObserver(
      self, selector: #selector(visibilityChanged), name: UIApplication.willResignActiveNotification, object: nil)
    center.addObserver(
      self, selector: #selector(screenReaderChanged), name: UIAccessibility.voiceOverStatusDidChangeNotification, object: nil)
    loadHost()
  }

  private func loadHost() {
    guard let file = Bundle.main.url(forResource: "host-page", withExtension: "html"),
      let html = try? String(contentsOf: file, encoding: .utf8)
    else { fatalError("host-page.html is not in the bundle of the app.") }
    isReady = false
    hostView.loadHTMLString(html, baseURL: hostOrigin)
  }

  private func createWebView() -> WKWebView {
    let configuration = WKWebViewConfiguration()
    let controller = configuration.userContentController
    controller.addUserScript(
      WKUserScript(source: Self.bridgeScript, injectionTime: .atDocumentStart, forMainFrameOnly: true))
    // In the page's world, because pages post to it. Where a message comes from, the web view says.
    controller.add(self, contentWorld: .page, name: Self.bridge)
    let view = WKWebView(frame: self.view.bounds, configuration: configuration)
    view.autoresizingMask = [.flexibleWidth, .flexibleHeight]
    view.navigationDelegate = self
    view.uiDelegate = self
    return view
  }

  // MARK: Messages

  public func userContentController(_ controller: WKUserContentController, didReceive message: WKScriptMessage) {
    guard let text = message.body as? String else { return }
    let frame = message.frameInfo
    if message.webView === hostView {
      if frame.isMainFrame, origin(of: frame) == origin(of: hostOrigin) { follow(text) }
    } else if message.webView === pageView {
      tell("page", ["view": "page", "url": origin(of: frame), "isMainFrame": frame.isMainFrame, "text": text])
    }
  }

  private func origin(of frame: WKFrameInfo) -> String {
    let origin = frame.securityOrigin
    return "\(origin.`protocol`)://\(origin.host)" + (origin.port == 0 ? "" : ":\(origin.port)")
  }

  private func origin(of url: URL) -> String {
    "\(url.scheme ?? "")://\(url.host ?? "")" + (url.port.map { ":\($0)" } ?? "")
  }

  private func follow(_ text: String) {
    guard let message = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else { return }
    switch message["type"] as? String {
    case "ready": start()
    case "script": pageView.evaluateJavaScript(message["script"] as? String ?? "", completionHandler: nil)
    case "call": call(message)
    case "sheet": showSheet(message["isShown"] as? Bool ?? false)
    case "failure": onFailure(message["failure"] as? [String: Any] ?? [:])
    case "error": onFailure(["cause": "INTERNAL", "detail": message["detail"] ?? ""])
    default: break
    }
  }

  /// Also runs when the core was loaded again: the page then connects again.
  private func start() {
    isReady = true
    showSheet(false)
    tell("start", settings)
    screenReaderChanged()
    announce()
  }

  private func announce() {
    guard let miniProgram = miniProgram else { return }
    let isVisible = UIApplication.shared.applicationState == .active
    tell("open", miniProgram.merging(["view": "page", "isVisible": isVisible]) { _, new in new })
  }

  private func call(_ message: [String: Any]) {
    guard let id = message["id"] as? Int, let service = message["service"] as? String, let body = message["body"] as? String
    else { return }
    let reply = { [weak self] (member: [String: Any]) -> Void in
      DispatchQueue.main.async { self?.tell("reply", member.merging(["id": id]) { _, new in new }) }
    }
    if service == "showSettings" {
      let request = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
      showSettings(request?["appId"] as? String ?? "") { reply([:]) }
    } else {
      send(service, body) { response in
        reply(response.map { ["body": $0] } ?? ["error": "The wallet's back end has not replied."])
      }
    }
  }

  /// A core that is not loaded yet learns everything when it is ready. Pages repeat their first message until then.
  private func tell(_ type: String, _ members: [String: Any]) {
    let message = members.merging(["type": type]) { _, new in new }
    guard isReady, let json = try? JSONSerialization.data(withJSONObject: message) else { return }
    hostView.evaluateJavaScript("assentHost.receive(\(String(decoding: json, as: UTF8.self)))", completionHandler: nil)
  }

  private func showSheet(_ isShown: Bool) {
    isSheetShown = isShown
    view.bringSubviewToFront(isShown ? hostView : pageView)
    hostView.accessibilityElementsHidden = !isShown
    pageView.accessibilityElementsHidden = isShown
  }

  // MARK: What the system reports

  @objc private func tapped() { tell("touch", ["view": "page"]) }

  public func gestureRecognizer(
    _ recognizer: UIGestureRecognizer, shouldRecognizeSimultaneouslyWith other: UIGestureRecognizer
  ) -> Bool { true }

  @objc private func visibilityChanged(_ notification: Notification) {
    tell("visibility", ["view": "page", "isVisible": notification.name == UIApplication.didBecomeActiveNotification])
  }

  /// The taps of VoiceOver are no touches.
  @objc private func screenReaderChanged() { tell("screenReader", ["isOn": UIAccessibility.isVoiceOverRunning]) }

  public func webView(_ webView: WKWebView, didCommit navigation: WKNavigation!) {
    if webView === pageView { tell("navigated", ["view": "page", "url": webView.url?.absoluteString ?? ""]) }
  }

  public func webViewWebContentProcessDidTerminate(_ webView: WKWebView) {
    if webView === hostView { loadHost() } else { webView.reload() }
  }

  /// Links of the consent page, such as a privacy policy, open in the browser.
  public func webView(
    _ webView: WKWebView, createWebViewWith configuration: WKWebViewConfiguration, for action: WKNavigationAction,
    windowFeatures: WKWindowFeatures
  ) -> WKWebView? {
    if webView === hostView, let url = action.request.url { UIApplication.shared.open(url) }
    return nil
  }
}
