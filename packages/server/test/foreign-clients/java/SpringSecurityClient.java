import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Set;
import org.springframework.security.oauth2.client.endpoint.*;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.*;
import org.springframework.security.oauth2.core.endpoint.*;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoders;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;

/** Spring Security's OAuth 2.0 client and JWT decoder at their defaults. */
public final class SpringSecurityClient {
  public static void main(String[] arguments) throws Exception {
    ClientRegistration client = registration(Browser.env("CLIENT_SECRET"));
    OAuth2AuthorizationRequest request = authorizationRequest(client, client.getScopes());
    var answer = follow(request);
    OAuth2AuthorizationResponse response = OAuth2AuthorizationResponse.success(answer.getFirst("code"))
        .redirectUri(client.getRedirectUri()).state(answer.getFirst("state")).build();
    var exchange = new OAuth2AuthorizationExchange(request, response);
    var codes = new RestClientAuthorizationCodeTokenResponseClient();
    OAuth2AccessTokenResponse tokens = codes.getTokenResponse(new OAuth2AuthorizationCodeGrantRequest(client, exchange));
    String text = (String) tokens.getAdditionalParameters().get("id_token");
    Jwt jwt = new OidcIdTokenDecoderFactory().createDecoder(client).decode(text);
    // The decoder that resource servers use needs the algorithm of the key set only.
    Browser.require(JwtDecoders.fromIssuerLocation(Browser.env("ISSUER")).decode(text).getSubject().equals(jwt.getSubject()), "the subject");
    System.out.println("signs in");

    OidcIdToken idToken = new OidcIdToken(text, jwt.getIssuedAt(), jwt.getExpiresAt(), jwt.getClaims());
    var user = new OidcUserService().loadUser(new OidcUserRequest(client, tokens.getAccessToken(), idToken));
    Browser.require(user.getSubject().equals(jwt.getSubject()) && user.getEmail() != null, "the user info");
    System.out.println("reads user info");

    var refreshes = new RestClientRefreshTokenTokenResponseClient();
    OAuth2AccessTokenResponse refreshed = refreshes.getTokenResponse(refresh(client, tokens));
    Browser.require(!refreshed.getRefreshToken().getTokenValue().equals(tokens.getRefreshToken().getTokenValue()), "a new refresh token");
    System.out.println("refreshes");

    var refused = follow(authorizationRequest(client, Set.of("unknown")));
    Browser.require("invalid_scope".equals(refused.getFirst("error")), "invalid_scope instead of " + refused);
    expect("invalid_grant", () -> codes.getTokenResponse(new OAuth2AuthorizationCodeGrantRequest(client, exchange)));
    // RFC 6749 §5.2 demands 401 here. Spring reads the error of a 400 only, and repeats the body of a 401.
    expect("invalid_token_response", () -> refreshes.getTokenResponse(refresh(registration("wrong"), refreshed)));
    var forged = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "at_x", Instant.now(), Instant.now().plusSeconds(60), Set.of("openid", "email"));
    expect("invalid_user_info_response", () -> new OidcUserService().loadUser(new OidcUserRequest(client, forged, idToken)));
    var wrong = Revocation.revoke(registration("wrong"), refreshed.getRefreshToken().getTokenValue());
    Browser.require(wrong.statusCode() == 401 && wrong.body().contains("\"error\":\"invalid_client\""), "invalid_client instead of " + wrong.body());
    System.out.println("understands errors");

    int revoked = Revocation.revoke(client, refreshed.getRefreshToken().getTokenValue()).statusCode();
    Browser.require(revoked == 200, "the revocation");
    expect("invalid_grant", () -> refreshes.getTokenResponse(refresh(client, refreshed)));
    System.out.println("revokes");
  }

  private static OAuth2AuthorizationRequest authorizationRequest(ClientRegistration client, Set<String> scopes) {
    var builder = OAuth2AuthorizationRequest.authorizationCode()
        .authorizationUri(client.getProviderDetails().getAuthorizationUri())
        .clientId(client.getClientId())
        .redirectUri(client.getRedirectUri())
        .scopes(scopes)
        .state("state");
    OAuth2AuthorizationRequestCustomizers.withPkce().accept(builder);
    return builder.build();
  }

  private static MultiValueMap<String, String> follow(OAuth2AuthorizationRequest request) throws Exception {
    return UriComponentsBuilder.fromUri(Browser.follow(request.getAuthorizationRequestUri())).build().getQueryParams();
  }

  private static ClientRegistration registration(String secret) {
    return ClientRegistrations.fromIssuerLocation(Browser.env("ISSUER"))
        .clientId(Browser.env("CLIENT_ID"))
        .clientSecret(secret)
        .redirectUri(Browser.env("REDIRECT_URI"))
        .scope("openid", "email")
        .build();
  }

  private static OAuth2RefreshTokenGrantRequest refresh(ClientRegistration client, OAuth2AccessTokenResponse tokens) {
    return new OAuth2RefreshTokenGrantRequest(client, tokens.getAccessToken(), tokens.getRefreshToken());
  }

  private interface Call {
    Object run();
  }

  private static void expect(String code, Call call) {
    try {
      call.run();
    } catch (OAuth2AuthorizationException error) {
      Browser.require(code.equals(error.getError().getErrorCode()), code + " instead of " + error.getError());
      return;
    } catch (OAuth2AuthenticationException error) {
      Browser.require(code.equals(error.getError().getErrorCode()), code + " instead of " + error.getError());
      return;
    }
    throw new IllegalStateException("expected the error " + code);
  }

  /** Spring Security has no client for RFC 7009. */
  private static final class Revocation {
    static HttpResponse<String> revoke(ClientRegistration client, String token) throws Exception {
      String endpoint = (String) client.getProviderDetails().getConfigurationMetadata().get("revocation_endpoint");
      var request = java.net.http.HttpRequest.newBuilder(java.net.URI.create(endpoint))
          .header("content-type", "application/x-www-form-urlencoded")
          .header("authorization", "Basic " + java.util.Base64.getEncoder().encodeToString(
              (client.getClientId() + ":" + client.getClientSecret()).getBytes()))
          .POST(java.net.http.HttpRequest.BodyPublishers.ofString("token=" + token)).build();
      return java.net.http.HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
