using Keycloak.ApiProtection.Testing;

namespace GettingStarted;

/// <summary>The calls of the tour. Their tokens come from the token endpoint, as for any client.</summary>
internal static class TourSteps
{
    /// <summary>
    /// Requests the tokens and returns the calls. With a real Keycloak, tokens that only the embedded realm can create are omitted.
    /// </summary>
    public static async Task<IReadOnlyList<TourStep>> PrepareAsync(TokenEndpoint keycloak, KeycloakRealm? realm, Uri api)
    {
        var alice = await keycloak.PasswordAsync("cli", "alice", "openid orders:write");
        var readOnly = await keycloak.PasswordAsync("cli", "alice", "openid");
        var bob = await keycloak.PasswordAsync("cli", "bob", "openid orders:write");
        var mallory = await keycloak.PasswordAsync("no-audience", "mallory", "openid");
        var revoked = await keycloak.PasswordAsync("cli", "alice", "openid orders:write");
        var lightweight = await keycloak.PasswordAsync("lightweight", "alice", "openid");

        var steps = new List<TourStep>();
        void Step(string who, string token, string[] tokens, HttpMethod method, string path, int expected, Func<Task>? before = null) =>
            steps.Add(new TourStep(who, token, tokens, method, path, expected, before));

        Step("anyone", "none", [], HttpMethod.Get, "/public", 200);
        Step("anyone", "none", [], HttpMethod.Get, "/me", 401);
        Step("alice", "access token", [alice.AccessToken], HttpMethod.Get, "/me", 200);
        Step("alice", "access token", [alice.AccessToken], HttpMethod.Get, "/email", 200);
        Step("alice", "access token", [alice.AccessToken], HttpMethod.Get, "/orders", 200);
        Step("alice", "access token", [alice.AccessToken], HttpMethod.Post, "/orders", 201);
        Step("alice", "access token", [alice.AccessToken], HttpMethod.Get, "/admin", 200);
        Step("alice", "without scope orders:write", [readOnly.AccessToken], HttpMethod.Post, "/orders", 403);
        Step("bob", "access token", [bob.AccessToken], HttpMethod.Get, "/orders", 200);
        Step("bob", "access token (not a writer)", [bob.AccessToken], HttpMethod.Post, "/orders", 403);
        Step("bob", "access token (not an admin)", [bob.AccessToken], HttpMethod.Get, "/admin", 403);
        Step("mallory", "access token for another API", [mallory.AccessToken], HttpMethod.Get, "/me", 401);
        Step("alice", "ID token", [alice.IdToken], HttpMethod.Get, "/me", 401);
        Step("alice", "refresh token", [alice.RefreshToken], HttpMethod.Get, "/me", 401);
        Step("alice", "lightweight, introspected", [lightweight.AccessToken], HttpMethod.Get, "/me", 200);
        Step("mallory", "alice's, one character changed", [Tamper(alice.AccessToken)], HttpMethod.Get, "/me", 401);
        Step("mallory", "two tokens", [alice.AccessToken, bob.AccessToken], HttpMethod.Get, "/me", 400);
        Step(
            "alice",
            "another token, revoked",
            [revoked.AccessToken],
            HttpMethod.Post,
            "/orders",
            401,
            () => keycloak.RevokeAsync("cli", revoked.AccessToken));
        steps.AddRange(await BoundAsync(keycloak, new Uri(api, "/me")));
        if (realm is not null)
        {
            Step("alice", "expired access token", [realm.Token("alice").For("cli").Expired().Create()], HttpMethod.Get, "/me", 401);
            var foreign = realm.Token("alice").For("cli").SignedByForeignKey().Create();
            Step("mallory", "signed with her own key", [foreign], HttpMethod.Get, "/me", 401);
            Step("alice", "access token, before logout", [alice.AccessToken], HttpMethod.Get, "/me", 200);
            Step(
                "alice",
                "same token, after logout",
                [alice.AccessToken],
                HttpMethod.Get,
                "/me",
                401,
                () => keycloak.LogOutAsync("cli", alice.RefreshToken));
        }

        return steps;
    }

    /// <summary>The calls with a token that Keycloak has bound to alice's key (DPoP); none before Keycloak 26.4.</summary>
    private static async Task<TourStep[]> BoundAsync(TokenEndpoint keycloak, Uri me)
    {
        using var key = DpopKey.Create();
        using var thief = DpopKey.Create();
        var bound = await keycloak.PasswordAsync("cli", "alice", "openid", key.Proof(HttpMethod.Post, new Uri(keycloak.Address)).Create());
        string[] token = [bound.AccessToken];
        var proof = key.Proof(HttpMethod.Get, me).For(bound.AccessToken).Create();
        var forged = thief.Proof(HttpMethod.Get, me).For(bound.AccessToken).Create();
        return !bound.IsBound
            ? []
            :
            [
                new("alice", "bound to her key (DPoP)", token, HttpMethod.Get, me.AbsolutePath, 200, Proof: proof),
                new("mallory", "alice's, without her key", token, HttpMethod.Get, me.AbsolutePath, 401),
                new("mallory", "alice's, with another key", token, HttpMethod.Get, me.AbsolutePath, 401, Proof: forged),
                new("mallory", "alice's, with her used proof", token, HttpMethod.Get, me.AbsolutePath, 401, Proof: proof),
            ];
    }

    private static string Tamper(string token)
    {
        var middle = token.LastIndexOf('.') + 20;
        return token[..middle] + (token[middle] == 'A' ? 'B' : 'A') + token[(middle + 1)..];
    }
}
