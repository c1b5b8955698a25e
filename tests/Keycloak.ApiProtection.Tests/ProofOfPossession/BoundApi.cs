using System.Security.Claims;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.Introspection;
using Keycloak.ApiProtection.Tests.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession;

/// <summary>The orders API in the real pipeline, with the embedded realm and a client that has a DPoP key.</summary>
internal sealed class BoundApi : IAsyncDisposable
{
    private readonly IntrospectingApi _api;

    private BoundApi(IntrospectingApi api) => (_api, Key) = (api, api.Realm.Dpop());

    public KeycloakRealm Realm => _api.Realm;

    public ManualTimeProvider Time => _api.Time;

    public RecordingLogger Log => _api.Log;

    public DpopKey Key { get; }

    public IServiceProvider Services => _api.Services;

    public static async Task<BoundApi> StartAsync(
        Action<KeycloakBearerOptions>? configure = null, Action<IServiceCollection>? add = null, Action<WebApplication>? map = null) =>
        new(await IntrospectingApi.StartAsync(
            services => add?.Invoke(services),
            app =>
            {
                map?.Invoke(app);
                app.MapGet("/key", (ClaimsPrincipal user) => user.GetProofKey() ?? "(none)").RequireAuthorization();
                app.MapPost("/me", () => "posted").RequireAuthorization();
                app.MapGet("/payments", () => "paid").RequireProofOfPossession();
                app.MapGet("/email", () => "email").RequireScope("no-such-scope");
            },
            options => configure?.Invoke(options)));

    public string UnboundToken() => Realm.Token("alice").For("cli").Create();

    public string BoundToken() => Realm.Token("alice").For("cli").BoundTo(Key).Create();

    /// <summary>Creates a client that signs each request. With no token, it sends a bound one.</summary>
    public DpopHandler Handler(string? token = null) => new(Key, token ?? BoundToken(), _api.Server.CreateHandler());

    /// <summary>Sends a request with a proof. Returns the status and, if there is one, the code of the rejection.</summary>
    public async Task<string> VerdictAsync(Func<DpopProofBuilder, DpopProofBuilder> change, string path = "/me")
    {
        using var handler = Handler();
        handler.ChangeProof = change;
        return await VerdictAsync(handler, path);
    }

    public static async Task<string> VerdictAsync(DpopHandler handler, string path = "/me")
    {
        using var response = await SendAsync(handler, path);
        return Verdict(response);
    }

    public static async Task<HttpResponseMessage> SendAsync(DpopHandler handler, string path = "/me", HttpMethod? method = null)
    {
        using var client = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, "http://localhost" + path);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a request with these headers and no proof of its own.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        using var client = _api.Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static string Verdict(HttpResponseMessage response) => IntrospectingApi.Verdict(response);

    public static string[] Challenges(HttpResponseMessage response) =>
        response.Headers.TryGetValues("WWW-Authenticate", out var values) ? [.. values] : [];

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        await _api.DisposeAsync();
    }
}
