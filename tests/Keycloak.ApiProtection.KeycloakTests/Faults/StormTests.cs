using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.KeycloakTests.Faults;

/// <summary>
/// Many concurrent requests over real sockets. The number of introspection requests depends on tokens and freshness, not on requests.
/// </summary>
public sealed class StormTests : IAsyncLifetime
{
    private const int Connections = 64;

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseProxy = false });
    private KeycloakRealm? _realm;
    private WebApplication? _api;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KeycloakRealm Realm => _realm!;

    public async ValueTask InitializeAsync()
    {
        _realm = await KeycloakRealm.StartAsync(new KeycloakRealmOptions { Logger = NullLogger.Instance }, Cancellation);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(_realm.Configuration("orders-api"));
        builder.Services.AddKeycloakBearer(options =>
        {
            options.Introspection.Mode = IntrospectionMode.Always;

            // Longer than the test runs, so that the result does not depend on the speed of the machine.
            options.Introspection.Freshness = TimeSpan.FromHours(1);
        });
        _api = builder.Build();
        _api.MapGet("/orders", () => "Orders").RequireAuthorization();
        await _api.StartAsync(Cancellation);
        _http.BaseAddress = new Uri(_api.Urls.Single());

        // The check at start sends one introspection request.
        await _realm.Requests.WaitForAsync(RealmEndpoint.Introspection, 1, Cancellation);
        _realm.Requests.Reset();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _api!.DisposeAsync();
        await Realm.DisposeAsync();
    }

    [Fact]
    public async Task A_thousand_concurrent_requests_with_one_new_token_cause_one_introspection_request()
    {
        var token = Realm.Token("alice").For("cli").Create();
        Task<int>[] requests;
        using (Realm.Faults.HoldAnswers(RealmEndpoint.Introspection))
        {
            requests = [.. Enumerable.Range(0, 1000).Select(_ => CallAsync(token))];
            await Realm.Requests.WaitForAsync(RealmEndpoint.Introspection, 1, Cancellation);
        }

        Assert.All(await Task.WhenAll(requests), status => Assert.Equal(200, status));
        Assert.Equal(1, Realm.Requests.Introspection);
    }

    [Fact]
    public async Task Each_of_ten_thousand_revoked_tokens_is_introspected_once_however_often_it_is_sent()
    {
        const int tokens = 10_000;
        const int times = 3;
        var session = Realm.Token("bob").For("cli").Create();
        var sid = Jwt.Parse(session).Text("sid")!;
        var revoked = new string[tokens];
        Parallel.For(0, tokens, i => revoked[i] = Realm.Token("bob").For("cli").InSession(sid).Create());
        var good = Realm.Token("alice").For("cli").Create();
        Assert.Equal(200, await CallAsync(good));
        Assert.True(Realm.Sessions.End(sid));
        Realm.Requests.Reset();

        for (var i = 0; i < times; i++)
        {
            await Parallel.ForEachAsync(
                revoked,
                new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = Cancellation },
                async (token, _) => Assert.Equal(401, await CallAsync(token)));
            Assert.Equal(tokens, Realm.Requests.Introspection);
        }

        Assert.Equal(200, await CallAsync(good));
        Assert.Equal(tokens, Realm.Requests.Total);
    }

    [Fact]
    public async Task Invalid_tokens_cause_no_introspection_request_and_no_key_request()
    {
        var good = Realm.Token("alice").For("cli").Create();
        Assert.Equal(200, await CallAsync(good));
        Realm.Requests.Reset();
        string[] junk =
        [
            "junk",
            "a.b.c",
            good[..^4] + "AAAA",
            Realm.Token("alice").For("cli").Expired().Create(),
            Realm.Token("alice").For("cli").SignedByForeignKey().Create(),
            Realm.Token("alice").For("cli").WithAudience("account").Create(),
            Realm.Token("alice").For("cli").Unsigned().Create(),
            Realm.Token("alice").For("cli").WithIssuer("https://elsewhere.example/realms/demo").Create(),
        ];

        await Parallel.ForAsync(
            0,
            2000,
            new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = Cancellation },
            async (i, _) => Assert.Equal(401, await CallAsync(junk[i % junk.Length])));

        Assert.Equal(0, Realm.Requests.Total);
        Assert.Equal(200, await CallAsync(good));
    }

    private async Task<int> CallAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await _http.SendAsync(request, Cancellation);
        return (int)response.StatusCode;
    }
}
