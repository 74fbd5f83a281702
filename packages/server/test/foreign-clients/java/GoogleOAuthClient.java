import com.google.api.client.auth.oauth2.*;
import com.google.api.client.http.*;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import java.util.List;
import java.util.Map;

/** google-oauth-client at its defaults, with the HTTP client of the JDK. */
public final class GoogleOAuthClient {
  private static final HttpTransport TRANSPORT = new NetHttpTransport();
  private static final GsonFactory JSON = new GsonFactory();
  private static final String ISSUER = Browser.env("ISSUER");

  public static void main(String[] arguments) throws Exception {
    AuthorizationCodeFlow flow = flow(Browser.env("CLIENT_SECRET"));
    var request = flow.newAuthorizationUrl().setRedirectUri(Browser.env("REDIRECT_URI")).setState("state");
    var answer = new AuthorizationCodeResponseUrl(Browser.follow(request.build()).toString());
    Browser.require(answer.getError() == null, "a code instead of " + answer.getError());
    TokenResponse tokens = redeem(flow, answer.getCode()).execute();
    System.out.println("signs in");

    Credential credential = flow.createAndStoreCredential(tokens, "user");
    HttpResponse info = TRANSPORT.createRequestFactory(credential)
        .buildGetRequest(new GenericUrl(ISSUER + "/oauth2/userinfo")).execute();
    Browser.require(info.parseAsString().contains("\"sub\""), "the user info");
    System.out.println("reads user info");

    String first = credential.getAccessToken();
    Browser.require(credential.refreshToken() && !first.equals(credential.getAccessToken()), "a new access token");
    System.out.println("refreshes");

    var unknown = flow.newAuthorizationUrl().setRedirectUri(Browser.env("REDIRECT_URI")).setScopes(List.of("unknown"));
    var refused = new AuthorizationCodeResponseUrl(Browser.follow(unknown.build()).toString());
    Browser.require("invalid_scope".equals(refused.getError()), "invalid_scope instead of " + refused.getError());
    Browser.require(refused.getErrorDescription() != null, "a description of the error");
    expect("invalid_grant", () -> redeem(flow, answer.getCode()).execute());
    // RFC 6749 §5.2 demands 401 here, and the JDK does not let the library read the body of a 401.
    expect(null, () -> redeem(flow("wrong"), answer.getCode()).execute());
    Credential forged = new Credential(BearerToken.authorizationHeaderAccessMethod()).setAccessToken("at_x");
    HttpRequest reading = TRANSPORT.createRequestFactory(forged).buildGetRequest(new GenericUrl(ISSUER + "/oauth2/userinfo"));
    HttpResponse challenge = reading.setThrowExceptionOnExecuteError(false).execute();
    Browser.require(challenge.getStatusCode() == 401, "401 instead of " + challenge.getStatusCode());
    Browser.require(challenge.getHeaders().getAuthenticate().contains("error=\"invalid_token\""), "invalid_token");
    Browser.require(revoke(credential.getRefreshToken(), "wrong") == 401, "401 for a wrong secret");
    System.out.println("understands errors");

    Browser.require(revoke(credential.getRefreshToken(), Browser.env("CLIENT_SECRET")) == 200, "the revocation");
    expect("invalid_grant", credential::refreshToken);
    System.out.println("revokes");
  }

  /** The library has no client for RFC 7009. @return the status */
  private static int revoke(String token, String secret) throws Exception {
    HttpRequest revocation = TRANSPORT.createRequestFactory().buildPostRequest(
        new GenericUrl(ISSUER + "/oauth2/revoke"), new UrlEncodedContent(Map.of("token", token)));
    revocation.setInterceptor(new BasicAuthentication(Browser.env("CLIENT_ID"), secret));
    return revocation.setThrowExceptionOnExecuteError(false).execute().getStatusCode();
  }

  private static AuthorizationCodeFlow flow(String secret) {
    return new AuthorizationCodeFlow.Builder(
            BearerToken.authorizationHeaderAccessMethod(),
            TRANSPORT,
            JSON,
            new GenericUrl(ISSUER + "/oauth2/token"),
            new BasicAuthentication(Browser.env("CLIENT_ID"), secret),
            Browser.env("CLIENT_ID"),
            ISSUER + "/oauth2/authorize")
        .setScopes(List.of("openid", "email"))
        .enablePKCE()
        .build();
  }

  private static AuthorizationCodeTokenRequest redeem(AuthorizationCodeFlow flow, String code) {
    return flow.newTokenRequest(code).setRedirectUri(Browser.env("REDIRECT_URI"));
  }

  private interface Call {
    Object run() throws Exception;
  }

  private static void expect(String code, Call call) throws Exception {
    try {
      call.run();
    } catch (TokenResponseException error) {
      if (code == null) Browser.require(error.getStatusCode() == 401, "401 instead of " + error.getMessage());
      else Browser.require(error.getDetails() != null, "an error code instead of " + error.getMessage());
      if (code == null) return;
      String received = error.getDetails().getError();
      Browser.require(code.equals(received), code + " instead of " + received);
      return;
    }
    throw new IllegalStateException("expected the error " + code);
  }
}
