using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

public sealed class ForgedIdentityTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private static readonly string[] Spellings =
    [
        "X-Token-Email", "x-token-email", "X_Token_Email", "X-Token_Email", "X-TOKEN-EMAIL", "X-Token-Email "
    ];

    public static TheoryData<string, string> Forged => Way.Each(Spellings);

    public static TheoryData<string> Ways => [.. Way.All];

    [Theory]
    [MemberData(nameof(Forged))]
    public async Task Identity_headers_from_the_client_are_not_trusted(string way, string header)
    {
        var subject = header.Replace("Email", "Subject", StringComparison.OrdinalIgnoreCase);
        string[] forged =
        [
            $"{header}: alice@example.com", $"{subject}: {system.Realm.UserId("alice")}",
            $"{header.Replace("mail", "x", StringComparison.OrdinalIgnoreCase)}: x"
        ];
        var bob = Request.Bearer(await system.TokenAsync("bob"));

        var without = await system.SendAsync(way, Request.Get("/{way}/email", forged));
        var before = await system.SendAsync(way, Request.Get("/{way}/email", [.. forged, bob]));
        var after = await system.SendAsync(way, Request.Get("/{way}/email", [bob, .. forged, .. forged]));

        Assert.True(without.Status is 401 or 400, $"The status was {without.Status}.");
        Assert.All([without, before, after], answer => Assert.DoesNotContain("alice", answer.Text, StringComparison.Ordinal));
        Assert.All(
            [before, after],
            answer => Assert.True(
                answer.Status == 400 || (answer.Status == 200 && answer.Text.EndsWith("bob@example.com", StringComparison.Ordinal)),
                answer.Text));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_scope_in_a_header_from_the_client_is_not_granted(string way)
    {
        var answer = await system.SendAsync(way, Request.Post(
            "/{way}/orders", """{"item":"lamp","quantity":3}""", Request.Bearer(
                await system.TokenAsync("bob")), "X-Token-Scope: openid orders:write", "X-Token-Realm-Roles: admin"));

        Assert.Equal(403, answer.Status);
    }

    [Theory]
    [InlineData(Way.Checked)]
    [InlineData(Way.Direct)]
    public async Task A_client_cannot_add_a_claim_that_the_token_does_not_have(string way)
    {
        var token = system.Realm.Token("bob").For("cli").WithoutClaim("email").Create();

        var answer = await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(token), "X-Token-Email: alice@example.com"));

        Assert.Equal(204, answer.Status);
    }

    [Fact]
    public async Task An_email_address_that_keycloak_has_not_verified_is_not_sent_to_an_api_behind_the_gateway()
    {
        var bob = system.Realm.Token("bob").For("cli").WithClaim("email", "alice@example.com");

        var verified = Request.Bearer(bob.WithClaim("email_verified", true).Create());
        Assert.Equal(200, (await system.SendAsync(Way.Checked, Request.Get("/{way}/email", verified))).Status);
        var unverified = Request.Bearer(bob.WithClaim("email_verified", false).Create());
        Assert.Equal(204, (await system.SendAsync(Way.Checked, Request.Get("/{way}/email", unverified))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_identity_header_that_is_named_in_Connection_is_not_removed(string way)
    {
        var request = Request.Get("/{way}/email", Request.Bearer(await system.TokenAsync("bob")))
            .Replace("Connection: close", "Connection: close, X-Token-Email, Authorization", StringComparison.Ordinal);

        Assert.EndsWith("bob@example.com", (await system.SendAsync(way, request)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_behind_the_gateway_rejects_a_second_identity_header()
    {
        var behind = system.Article.OrdersBehind.Address;
        string[] one =
        [
            "X-Token-Issuer: http%3A%2F%2F127.0.0.1%2Frealms%2Fdemo",
            "X-Token-Subject: alice-id",
            "X-Token-Client: storefront",
            "X-Token-Email: alice%40example.com",
            "X-Token-Scope: openid email",
        ];

        Assert.Equal(200, (await RawHttp.SendAsync(behind, Request.Get("/email", one))).Status);
        Assert.Equal(401, (await RawHttp.SendAsync(behind, Request.Get("/email", [.. one, "X-Token-Subject: bob-id"]))).Status);
        Assert.Equal(401, (await RawHttp.SendAsync(behind, Request.Get("/email", [.. one, "X-Token-Email: bob%40example.com"]))).Status);
        Assert.Equal(401, (await RawHttp.SendAsync(behind, Request.Get("/email"))).Status);
    }
}
