using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>
/// Introspection results stay fresh for an hour here. So a rejection means that Keycloak sent a notification, or that the request was
/// introspected.
/// </summary>
public sealed class RevocationTests(OutageTests.PatientSystem system) : IClassFixture<OutageTests.PatientSystem>
{
    private const string Body = """{"item":"lamp","quantity":3}""";

    public static TheoryData<string> Ways => [.. Way.All];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_logout_takes_effect_at_once_and_only_for_its_session(string way)
    {
        var ended = await system.Article.Tokens.PasswordAsync("alice", cancellation: TestContext.Current.CancellationToken);
        var other = await system.TokenAsync("alice");
        Assert.Equal(200, await EmailAsync(way, ended.Access));
        Assert.Equal(200, await EmailAsync(way, other));

        await system.Article.Tokens.LogOutAsync(ended.Refresh!, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(401, await EmailAsync(way, ended.Access));
        Assert.Equal(200, await EmailAsync(way, other));
        Assert.Equal(200, system.Realm.Pushes[^1].Status);
    }

    [Fact]
    public async Task A_logout_reaches_the_other_receivers_if_one_is_down_and_keycloak_gets_an_error()
    {
        var ended = await system.Article.Tokens.PasswordAsync("alice", cancellation: TestContext.Current.CancellationToken);
        Assert.All(await Task.WhenAll(Way.All.Select(way => EmailAsync(way, ended.Access))), status => Assert.Equal(200, status));

        await system.Article.Shipping.StopAsync();
        try
        {
            await system.Article.Tokens.LogOutAsync(ended.Refresh!, cancellation: TestContext.Current.CancellationToken);
        }
        finally
        {
            await system.Article.Shipping.StartAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(503, system.Realm.Pushes[^1].Status);
        Assert.All(await Task.WhenAll(Way.All.Select(way => EmailAsync(way, ended.Access))), status => Assert.Equal(401, status));
    }

    [Fact]
    public async Task A_logout_that_keycloak_did_not_sign_has_no_effect()
    {
        var token = await system.TokenAsync("alice");
        Assert.Equal(200, await EmailAsync(Way.Direct, token));
        var forged = "logout_token=" + system.Realm.Token("alice")
            .For("cli")
            .OfKind(Testing.TokenKind.Logout)
            .SignedByForeignKey()
            .Create();

        var answer = await RawHttp.SendAsync(system.Article.Nginx.Address, Request.With(
            "POST /.keycloak/backchannel-logout HTTP/1.1",
            ["Host: gateway", "Content-Type: application/x-www-form-urlencoded", $"Content-Length: {forged.Length}"],
            forged));

        Assert.Equal(400, answer.Status);
        Assert.Equal(200, await EmailAsync(Way.Direct, token));
    }

    [Fact]
    public async Task A_logout_that_is_not_a_post_or_is_too_large_is_rejected()
    {
        var gateway = system.Article.Nginx.Address;

        Assert.Equal(405, (await RawHttp.SendAsync(gateway, Request.Get("/.keycloak/backchannel-logout"))).Status);
        Assert.Equal(
            413, (await RawHttp.SendAsync(gateway, Request.Post("/.keycloak/backchannel-logout", new string('x', 100_000)))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_revoked_token_cannot_place_an_order(string way)
    {
        var revoked = await system.TokenAsync("alice", "openid orders:write");
        var other = await system.TokenAsync("alice", "openid orders:write");

        await system.Article.Tokens.RevokeAsync(revoked, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(401, (await system.SendAsync(way, Request.Post("/{way}/orders", Body, Request.Bearer(revoked)))).Status);
        Assert.Equal(201, (await system.SendAsync(way, Request.Post("/{way}/orders", Body, Request.Bearer(other)))).Status);
    }

    private async Task<int> EmailAsync(string way, string token) =>
        (await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(token)))).Status;
}
