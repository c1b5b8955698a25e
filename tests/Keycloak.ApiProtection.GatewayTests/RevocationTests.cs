using Keycloak.ApiProtection.GatewayTests.Clients;
using Keycloak.ApiProtection.GatewayTests.Fixtures;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>Keycloak's word counts for an hour here: what is refused is refused because Keycloak told, or was asked by the request.</summary>
public sealed class RevocationTests(OutageTests.PatientSystem system) : IClassFixture<OutageTests.PatientSystem>
{
    private const string Body = """{"item":"lamp","quantity":3}""";

    public static TheoryData<string> Ways => [.. Way.All];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_logout_counts_at_once_for_the_session_that_ended_and_for_no_other(string way)
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
    public async Task A_logout_is_told_to_the_others_where_one_cannot_be_reached_and_keycloak_learns_of_it()
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
    public async Task A_logout_that_keycloak_did_not_sign_ends_nothing()
    {
        var token = await system.TokenAsync("alice");
        Assert.Equal(200, await EmailAsync(Way.Direct, token));
        var forged = "logout_token=" + system.Realm.Token("alice").For("cli").OfKind(Testing.TokenKind.Logout).SignedByForeignKey().Create();

        var answer = await RawHttp.SendAsync(system.Article.Nginx.Address, Request.With(
            "POST /.keycloak/backchannel-logout HTTP/1.1", ["Host: gateway", "Content-Type: application/x-www-form-urlencoded", $"Content-Length: {forged.Length}"], forged));

        Assert.Equal(400, answer.Status);
        Assert.Equal(200, await EmailAsync(Way.Direct, token));
    }

    [Fact]
    public async Task A_logout_that_is_no_post_or_too_large_is_refused()
    {
        var gateway = system.Article.Nginx.Address;

        Assert.Equal(405, (await RawHttp.SendAsync(gateway, Request.Get("/.keycloak/backchannel-logout"))).Status);
        Assert.Equal(413, (await RawHttp.SendAsync(gateway, Request.Post("/.keycloak/backchannel-logout", new string('x', 100_000)))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_revoked_token_changes_nothing_once_it_is_asked_about(string way)
    {
        var revoked = await system.TokenAsync("alice", "openid orders:write");
        var other = await system.TokenAsync("alice", "openid orders:write");

        await system.Article.Tokens.RevokeAsync(revoked, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(401, (await system.SendAsync(way, Request.Post("/{way}/orders", Body, Request.Bearer(revoked)))).Status);
        Assert.Equal(201, (await system.SendAsync(way, Request.Post("/{way}/orders", Body, Request.Bearer(other)))).Status);
    }

    private async Task<int> EmailAsync(string way, string token) => (await system.SendAsync(way, Request.Get("/{way}/email", Request.Bearer(token)))).Status;
}
