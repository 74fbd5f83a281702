import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.*;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.*;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;

/** Nimbus oauth2-oidc-sdk at its defaults. Its HTTP client sends the Accept header of the JDK: text/html first. */
public final class NimbusClient {
  private static final ClientID ID = new ClientID(Browser.env("CLIENT_ID"));
  private static final URI CALLBACK = URI.create(Browser.env("REDIRECT_URI"));

  public static void main(String[] arguments) throws Exception {
    OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(new Issuer(Browser.env("ISSUER")));
    ClientAuthentication secret = new ClientSecretBasic(ID, new Secret(Browser.env("CLIENT_SECRET")));
    CodeVerifier verifier = new CodeVerifier();
    Nonce nonce = new Nonce();
    AuthenticationRequest request =
        new AuthenticationRequest.Builder(new ResponseType("code"), new Scope("openid", "email"), ID, CALLBACK)
            .endpointURI(metadata.getAuthorizationEndpointURI())
            .state(new State())
            .nonce(nonce)
            .codeChallenge(verifier, CodeChallengeMethod.S256)
            .build();
    AuthenticationResponse answer = AuthenticationResponseParser.parse(Browser.follow(request.toURI().toString()));
    AuthorizationCode code = answer.toSuccessResponse().getAuthorizationCode();
    AuthorizationGrant grant = new AuthorizationCodeGrant(code, CALLBACK, verifier);
    OIDCTokenResponse tokens = (OIDCTokenResponse) redeem(metadata, secret, grant).toSuccessResponse();
    // RS256 is the default algorithm of a client (OpenID Connect Registration §2).
    IDTokenValidator validator =
        new IDTokenValidator(metadata.getIssuer(), ID, JWSAlgorithm.RS256, metadata.getJWKSetURI().toURL());
    var claims = validator.validate(tokens.getOIDCTokens().getIDToken(), nonce);
    System.out.println("signs in");

    BearerAccessToken access = tokens.getOIDCTokens().getBearerAccessToken();
    UserInfoResponse info = UserInfoResponse.parse(
        new UserInfoRequest(metadata.getUserInfoEndpointURI(), access).toHTTPRequest().send());
    Browser.require(info.toSuccessResponse().getUserInfo().getSubject().equals(claims.getSubject()), "the subject");
    System.out.println("reads user info");

    RefreshToken first = tokens.getOIDCTokens().getRefreshToken();
    TokenResponse refreshed = redeem(metadata, secret, new RefreshTokenGrant(first));
    RefreshToken next = refreshed.toSuccessResponse().getTokens().getRefreshToken();
    Browser.require(!next.equals(first), "a new refresh token");
    System.out.println("refreshes");

    expect(redeem(metadata, secret, grant), OAuth2Error.INVALID_GRANT);
    expect(redeem(metadata, new ClientSecretBasic(ID, new Secret("wrong")), grant), OAuth2Error.INVALID_CLIENT);
    expectRefusal(metadata, secret, next);
    UserInfoResponse refused = UserInfoResponse.parse(
        new UserInfoRequest(metadata.getUserInfoEndpointURI(), new BearerAccessToken("at_x")).toHTTPRequest().send());
    ErrorObject error = refused.toErrorResponse().getErrorObject();
    Browser.require("invalid_token".equals(error.getCode()), "invalid_token instead of " + error);
    System.out.println("understands errors");

    int status = new TokenRevocationRequest(metadata.getRevocationEndpointURI(), secret, next).toHTTPRequest().send().getStatusCode();
    Browser.require(status == 200, "the revocation");
    expect(redeem(metadata, secret, new RefreshTokenGrant(next)), OAuth2Error.INVALID_GRANT);
    System.out.println("revokes");
  }

  /** The errors of the authorization, pushed request, introspection and revocation endpoints. */
  private static void expectRefusal(OIDCProviderMetadata metadata, ClientAuthentication secret, RefreshToken token)
      throws Exception {
    AuthorizationRequest unknown = new AuthorizationRequest.Builder(new ResponseType("code"), ID)
        .endpointURI(metadata.getAuthorizationEndpointURI())
        .redirectionURI(CALLBACK)
        .scope(new Scope("unknown"))
        .state(new State())
        .codeChallenge(new CodeVerifier(), CodeChallengeMethod.S256)
        .build();
    AuthorizationResponse answer = AuthorizationResponse.parse(Browser.follow(unknown.toURI().toString()));
    expect(answer.toErrorResponse().getErrorObject(), OAuth2Error.INVALID_SCOPE);
    PushedAuthorizationResponse pushed = PushedAuthorizationResponse.parse(
        new PushedAuthorizationRequest(metadata.getPushedAuthorizationRequestEndpointURI(), secret, unknown)
            .toHTTPRequest().send());
    expect(pushed.toErrorResponse().getErrorObject(), OAuth2Error.INVALID_SCOPE);
    ClientAuthentication wrong = new ClientSecretBasic(ID, new Secret("wrong"));
    TokenIntrospectionResponse seen = TokenIntrospectionResponse.parse(
        new TokenIntrospectionRequest(metadata.getIntrospectionEndpointURI(), secret, token).toHTTPRequest().send());
    Browser.require(seen.toSuccessResponse().isActive(), "an active token");
    TokenIntrospectionResponse unseen = TokenIntrospectionResponse.parse(
        new TokenIntrospectionRequest(metadata.getIntrospectionEndpointURI(), wrong, token).toHTTPRequest().send());
    expect(unseen.toErrorResponse().getErrorObject(), OAuth2Error.INVALID_CLIENT);
    expect(
        ErrorObject.parse(
            new TokenRevocationRequest(metadata.getRevocationEndpointURI(), wrong, token).toHTTPRequest().send()),
        OAuth2Error.INVALID_CLIENT);
  }

  private static TokenResponse redeem(
      OIDCProviderMetadata metadata, ClientAuthentication authentication, AuthorizationGrant grant) throws Exception {
    TokenRequest request = new TokenRequest.Builder(metadata.getTokenEndpointURI(), authentication, grant).build();
    return OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
  }

  private static void expect(TokenResponse response, ErrorObject expected) {
    Browser.require(!response.indicatesSuccess(), "an error");
    expect(response.toErrorResponse().getErrorObject(), expected);
  }

  private static void expect(ErrorObject error, ErrorObject expected) {
    Browser.require(expected.getCode().equals(error.getCode()), expected.getCode() + " instead of " + error.getCode());
    Browser.require(error.getDescription() != null, "a description of the error");
  }
}
