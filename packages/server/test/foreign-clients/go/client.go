// Signs in with golang.org/x/oauth2 and go-oidc at their defaults, refreshes, revokes, and reads the errors of each step.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, os.Getenv("ISSUER"))
	check(err)
	config := oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  os.Getenv("REDIRECT_URI"),
		Scopes:       []string{oidc.ScopeOpenID, "email"},
	}
	verifier := oauth2.GenerateVerifier()
	address := config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce"))
	code := browser(address).Get("code")
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	check(err)
	text, _ := token.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, text)
	check(err)
	require(idToken.Nonce == "nonce", "the nonce of the ID token")
	fmt.Println("signs in")

	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	check(err)
	require(info.Subject == idToken.Subject && info.Email != "", "the user info")
	fmt.Println("reads user info")

	expired := *token
	expired.Expiry = time.Now().Add(-time.Hour)
	refreshed, err := config.TokenSource(ctx, &expired).Token()
	check(err)
	require(refreshed.AccessToken != token.AccessToken, "a new access token")
	fmt.Println("refreshes")

	unknown := config
	unknown.Scopes = []string{"unknown"}
	refused := browser(unknown.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	require(refused.Get("error") == "invalid_scope" && refused.Get("state") == "state", "invalid_scope")
	_, err = config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	requireError(err, "invalid_grant")
	wrong := config
	wrong.ClientSecret = "wrong"
	_, err = wrong.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	requireError(err, "invalid_client")
	_, err = provider.UserInfo(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "at_x"}))
	require(err != nil && strings.Contains(err.Error(), "invalid_token"), "invalid_token instead of "+fmt.Sprint(err))
	status, reply := revoke(provider, wrong, refreshed.RefreshToken)
	require(status == http.StatusUnauthorized && reply.Error == "invalid_client", "invalid_client")
	require(reply.Description != "", "a description of the error")
	fmt.Println("understands errors")

	status, _ = revoke(provider, config, refreshed.RefreshToken)
	require(status == http.StatusOK, "the revocation")
	refreshed.Expiry = expired.Expiry
	_, err = config.TokenSource(ctx, refreshed).Token()
	requireError(err, "invalid_grant")
	fmt.Println("revokes")
}

// browser follows the authorization URL as the user's browser does, and returns the query of the redirect URI.
func browser(address string) url.Values {
	response, err := http.Get(os.Getenv("BROWSER") + "?url=" + url.QueryEscape(address))
	check(err)
	defer response.Body.Close()
	var reply struct {
		Location string `json:"location"`
	}
	check(json.NewDecoder(response.Body).Decode(&reply))
	location, err := url.Parse(reply.Location)
	check(err)
	return location.Query()
}

type failure struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// revoke calls the revocation endpoint (RFC 7009), which the library does not. It returns the status and the error.
func revoke(provider *oidc.Provider, config oauth2.Config, token string) (int, failure) {
	var metadata struct {
		Endpoint string `json:"revocation_endpoint"`
	}
	check(provider.Claims(&metadata))
	form := url.Values{"token": {token}, "token_type_hint": {"refresh_token"}}
	request, err := http.NewRequest(http.MethodPost, metadata.Endpoint, strings.NewReader(form.Encode()))
	check(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(config.ClientID), url.QueryEscape(config.ClientSecret))
	response, err := http.DefaultClient.Do(request)
	check(err)
	defer response.Body.Close()
	var reply failure
	if response.StatusCode != http.StatusOK {
		check(json.NewDecoder(response.Body).Decode(&reply))
	}
	return response.StatusCode, reply
}

func requireError(err error, code string) {
	var failure *oauth2.RetrieveError
	require(errors.As(err, &failure), "an error of the token endpoint instead of "+fmt.Sprint(err))
	require(failure.ErrorCode == code, failure.ErrorCode+" instead of "+code)
	require(failure.ErrorDescription != "", "a description of the error")
}

func require(holds bool, what string) {
	if !holds {
		check(errors.New("expected " + what))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
