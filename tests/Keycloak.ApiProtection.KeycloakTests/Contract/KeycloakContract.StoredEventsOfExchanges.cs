using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <content>Stored events of exchanged tokens (RFC 8693).</content>
public abstract partial class KeycloakContract
{
    [Fact]
    public async Task Stored_events_end_an_exchanged_token_that_was_revoked_and_neither_its_subject_token_nor_another_exchanged_one()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (source, _) = await AddClientAsync(null, "orders-api", "exchanger");
        var subject = await Client.PasswordAsync(source, "alice", Cancellation);
        var revoked = await Client.ExchangeAsync(DemoClient.Exchanger, subject.AccessToken.Compact, null, Cancellation);
        var kept = await Client.ExchangeAsync(DemoClient.Exchanger, subject.AccessToken.Compact, null, Cancellation);

        await MeasureEventAsync(
            api,
            revoked,
            "exchanged token revoked",
            () => Client.RevokeAsync(DemoClient.Exchanger, revoked.AccessToken.Compact, Cancellation));

        Assert.Equal("revoked", api.LastRejection);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(subject.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(kept.AccessToken, Cancellation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Stored_events_end_the_tokens_of_every_exchange_for_a_refresh_token_after_the_subject_token_was_revoked(int exchanges)
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var clients = new List<DemoClient>();
        for (var i = 0; i < exchanges; i++)
        {
            clients.Add((await AddClientAsync($"secret-{i}", "orders-api")).Client);
        }

        var (source, _) = await AddClientAsync(null, ["orders-api", .. clients.Select(client => client.Id)]);
        var subject = await Client.PasswordAsync(source, "alice", Cancellation);
        var exchanged = new List<TokenAnswer>();
        foreach (var client in clients)
        {
            exchanged.Add(await ExchangeForRefreshTokenAsync(client, subject));
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(exchanged[^1].AccessToken, Cancellation));
        }

        var sibling = await Client.RefreshAsync(source, subject.RefreshToken.Compact, Cancellation);
        var other = await Client.PasswordAsync(clients[0], "alice", Cancellation);

        await MeasureEventAsync(
            api,
            exchanged[^1],
            $"subject token of {exchanges} exchange(s) revoked",
            () => Client.RevokeAsync(source, subject.AccessToken.Compact, Cancellation));

        Assert.Equal("inactive", api.LastRejection);
        foreach (var tokens in exchanged.Append(subject))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(tokens.AccessToken, Cancellation));
        }

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(sibling.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
    }

    [Fact]
    public async Task An_exchanged_token_without_a_refresh_token_outlives_its_revoked_subject_token_at_Keycloak_and_with_stored_events()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (source, _) = await AddClientAsync(null, "orders-api", "exchanger");
        var subject = await Client.PasswordAsync(source, "alice", Cancellation);
        var exchanged = await Client.ExchangeAsync(DemoClient.Exchanger, subject.AccessToken.Compact, null, Cancellation);

        await MeasureEventAsync(
            api,
            subject,
            "subject token revoked",
            () => Client.RevokeAsync(source, subject.AccessToken.Compact, Cancellation));

        AssertActive(await Client.IntrospectAsync(DemoClient.OrdersApi, exchanged.AccessToken.Compact, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(exchanged.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_an_exchange_after_the_refresh_token_of_the_subject_tokens_client_was_revoked()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (exchanger, _) = await AddClientAsync("secret", "orders-api");
        var (source, _) = await AddClientAsync(null, "orders-api", exchanger.Id);
        var subject = await Client.PasswordAsync(source, "alice", Cancellation);
        var exchanged = await ExchangeForRefreshTokenAsync(exchanger, subject);
        var other = await Client.PasswordAsync(exchanger, "alice", Cancellation);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(subject.AccessToken, Cancellation));

        await MeasureEventAsync(
            api,
            exchanged,
            "refresh token of the subject token's client revoked",
            async () =>
            {
                await Client.RevokeAsync(source, subject.RefreshToken.Compact, Cancellation);
                AssertInactive(await Client.IntrospectAsync(DemoClient.OrdersApi, exchanged.AccessToken.Compact, Cancellation));
            });

        Assert.Equal("inactive", api.LastRejection);
        Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(subject.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
    }

    private Task<TokenAnswer> ExchangeForRefreshTokenAsync(DemoClient client, TokenAnswer subject) => Client.TokenAsync(
        [
            ("client_id", client.Id),
            ("client_secret", client.Secret),
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", subject.AccessToken.Compact),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
        ],
        Cancellation);
}
