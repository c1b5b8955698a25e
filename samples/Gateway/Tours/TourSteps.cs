namespace Gateway.Tours;

/// <summary>The calls of the tour.</summary>
internal static class TourSteps
{
    /// <summary>Requests the tokens and returns the calls.</summary>
    public static async Task<IReadOnlyList<TourStep>> PrepareAsync(ArticleSystem system, CancellationToken cancellation)
    {
        var keycloak = system.Tokens;
        var alice = await keycloak.PasswordAsync("alice", "openid orders:write", cancellation: cancellation);
        var reader = await keycloak.PasswordAsync("alice", "openid", cancellation: cancellation);
        var bob = await keycloak.PasswordAsync("bob", "openid", cancellation: cancellation);
        var foreign = await keycloak.PasswordAsync("mallory", "openid", "no-audience", cancellation);
        var another = await keycloak.PasswordAsync("mallory", "openid", "reports", cancellation);
        var revoked = await keycloak.PasswordAsync("alice", "openid orders:write", cancellation: cancellation);

        var steps = new List<TourStep>();
        void Step(string who, string[] tokens, HttpMethod method, string path, int expected, Func<Task>? before = null) =>
            steps.Add(new TourStep(who, tokens, method, path, [expected, expected, expected], before));

        Step("anyone, no token", [], HttpMethod.Get, "email", 401);
        Step("alice, access token", [alice.Access], HttpMethod.Get, "email", 200);
        Step("alice, access token", [alice.Access], HttpMethod.Get, "orders", 200);
        Step("alice, access token", [alice.Access], HttpMethod.Post, "orders", 201);
        Step("alice, without orders:write", [reader.Access], HttpMethod.Post, "orders", 403);
        Step("alice, ID token", [alice.Id!], HttpMethod.Get, "email", 401);
        Step("alice, refresh token", [alice.Refresh!], HttpMethod.Get, "email", 401);
        Step("mallory, token for no API", [foreign.Access], HttpMethod.Get, "email", 401);
        Step("mallory, token for another API", [another.Access], HttpMethod.Get, "email", 401);
        Step("mallory, alice's token, tampered with", [Tamper(alice.Access)], HttpMethod.Get, "email", 401);
        Step("mallory, two tokens", [alice.Access, bob.Access], HttpMethod.Get, "email", 400);
        steps.Add(new TourStep("mallory, header X-Token-Subject", [], HttpMethod.Get, "email", [401, 401, 401])
        {
            Forged = ("X-Token-Subject", "alice"),
        });

        // The API behind the gateway does not receive the token, so it cannot exchange it: 501.
        steps.Add(new TourStep("alice, shipment of order 1", [alice.Access], HttpMethod.Get, "orders/1/shipment", [501, 501, 200]));
        steps.Add(new TourStep(
            "alice, same call, token forwarded", [alice.Access], HttpMethod.Get, "orders/1/shipment/passed-on", [501, 501, 200]));

        // A large order requires a stronger login: 401 asks the client for one. The API behind the gateway does not receive the token, so
        // it does not know the login and has no such endpoint.
        steps.Add(new TourStep("alice, without a stronger login", [alice.Access], HttpMethod.Post, "orders/large", [404, 404, 401]));

        Step(
            "alice, another token, revoked",
            [revoked.Access],
            HttpMethod.Post,
            "orders",
            401,
            () => keycloak.RevokeAsync(revoked.Access, cancellation: cancellation));
        Step(
            "alice, logged out",
            [alice.Access],
            HttpMethod.Get,
            "email",
            401,
            () => keycloak.LogOutAsync(alice.Refresh!, cancellation: cancellation));
        Step("bob, access token", [bob.Access], HttpMethod.Get, "email", 200);
        return steps;
    }

    private static string Tamper(string token)
    {
        var middle = token.LastIndexOf('.') + 20;
        return token[..middle] + (token[middle] == 'A' ? 'B' : 'A') + token[(middle + 1)..];
    }
}
